-- Version tables of Alembic, wherever they are.
select pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relname = {name} and c.relkind in ('r', 'p')
order by 1
