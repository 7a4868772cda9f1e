-- Indexes that no constraint brings; those of partitions that are parts of their parent's are told apart.
select 'pg_class'::regclass::oid, i.oid, 0, n.nspname, i.relname, '', null,
    c.relname,
    c.relkind::text,
    pg_get_indexdef(i.oid),
    x.indisunique,
    x.indisvalid,
    x.indisclustered,
    coalesce((
        select array_agg(array[a.attnum::text, a.attstattarget::text] order by a.attnum)
        from pg_attribute a where a.attrelid = i.oid and a.attstattarget <> -1
    ), '{}'),
    i.relispartition
from pg_index x
join pg_class i on i.oid = x.indexrelid
join pg_class c on c.oid = x.indrelid
join pg_namespace n on n.oid = i.relnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e
        where e.classid = 'pg_class'::regclass and e.objid in (i.oid, c.oid)
            and (e.deptype = 'e' or e.objid = i.oid and e.deptype = 'i' and e.refclassid = 'pg_constraint'::regclass)
    )
