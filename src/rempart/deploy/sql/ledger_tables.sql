-- Which tables are there. The catalog answers everybody; a name would be refused to a role without USAGE.
select c.relname
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'rempart' and c.relkind = 'r'
    and c.relname in ('deployment_ledger', 'environment_marker')
