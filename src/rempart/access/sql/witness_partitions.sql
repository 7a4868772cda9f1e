-- The bounds of partitions, with the columns that decide which of them a row belongs to.
select p.partrelid::int8,
    array(select a.attname::text from unnest(p.partattrs::int2[]) u (attnum)
        join pg_catalog.pg_attribute a on a.attrelid = p.partrelid and a.attnum = u.attnum),
    pg_catalog.pg_get_expr(c.relpartbound, c.oid)
from pg_catalog.pg_partitioned_table p
join pg_catalog.pg_inherits i on i.inhparent = p.partrelid
join pg_catalog.pg_class c on c.oid = i.inhrelid
order by 1, c.relname
