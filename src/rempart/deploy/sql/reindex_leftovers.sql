-- What a REINDEX CONCURRENTLY that broke off left: the half-built new index, or the old one that was to go.
select pg_catalog.format('%%I.%%I', n.nspname, c.relname)
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join (
    select coalesce(
        (select named.indrelid from pg_catalog.pg_index named where named.indexrelid = pg_catalog.to_regclass(%(relation)s)),
        pg_catalog.to_regclass(%(relation)s)
    ) as oid
) wanted
where not i.indisvalid
    and c.relname ~ '_cc(new|old)[0-9]*$'
    and n.nspname !~ '^pg_'
    and n.nspname = coalesce(%(schema)s::text, n.nspname)
    and (
        %(relation)s::text is null
        or i.indrelid = wanted.oid
        or i.indrelid in (select tree.relid from pg_catalog.pg_partition_tree(wanted.oid) tree)
    )
order by 1
