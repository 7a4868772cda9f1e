-- Which rows find a partition, for each partitioned table that is none itself: what one of its leaves admits.
select p.partrelid::int8,
    coalesce((
        select string_agg('(' || pg_catalog.pg_get_partition_constraintdef(t.relid) || ')', ' OR ' order by t.relid)
        from pg_catalog.pg_partition_tree(p.partrelid) t
        where t.isleaf and t.relid <> p.partrelid and pg_catalog.pg_get_partition_constraintdef(t.relid) is not null),
        'false'),
    exists (
        select from pg_catalog.pg_partition_tree(p.partrelid) t
        where t.isleaf and t.relid <> p.partrelid and pg_catalog.pg_get_partition_constraintdef(t.relid) is null)
from pg_catalog.pg_partitioned_table p
join pg_catalog.pg_class c on c.oid = p.partrelid
where not c.relispartition
order by 1
