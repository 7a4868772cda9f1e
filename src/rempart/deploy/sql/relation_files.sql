-- The tables there are, and the file that each one's rows stand in: another file means that the rows were rewritten.
select c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname), pg_catalog.pg_relation_filenode(c.oid)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm', 'p') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'rempart')
