-- Everything that can be selected from, outside the system catalogs, with its columns and what can be written
-- through it at all (bits of pg_relation_is_updatable: 4 update, 8 insert, 16 delete).
select n.nspname, c.relname, c.relkind::text,
    array(
        select a.attname::text from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        order by a.attnum),
    pg_catalog.pg_relation_is_updatable(c.oid, true)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    and n.nspname not in ('pg_catalog', 'information_schema')
    and n.nspname not like 'pg\_toast%' and n.nspname not like 'pg\_temp%'
order by n.nspname, c.relkind in ('v', 'm'), c.relname
