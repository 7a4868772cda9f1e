-- What restricts the rows of a table: checks, foreign keys, and unique keys (an index on expressions has no columns).
select k.conrelid::int8, k.contype::text, k.conname::text,
    array(
        select a.attname::text from unnest(k.conkey) with ordinality u (attnum, place)
        join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum order by u.place),
    pg_catalog.pg_get_expr(k.conbin, k.conrelid), k.confrelid::int8,
    array(
        select a.attname::text from unnest(k.confkey) with ordinality u (attnum, place)
        join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum order by u.place)
from pg_catalog.pg_constraint k
where k.contype in ('c', 'f') and k.conrelid <> 0
union all
select i.indrelid::int8, case when i.indisprimary then 'p' else 'u' end, c.relname::text,
    array(
        select a.attname::text from unnest(i.indkey[0:i.indnkeyatts - 1]) with ordinality u (attnum, place)
        join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = u.attnum order by u.place),
    null, 0, array[]::text[]
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid
where i.indisunique
order by 1, 2, 3
