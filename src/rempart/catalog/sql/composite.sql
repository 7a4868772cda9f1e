select 'pg_type'::regclass::oid, t.oid, 0, n.nspname, t.typname, '', pg_get_userbyid(t.typowner),
    (
        select coalesce(array_agg(array[
            a.attname::text,
            format_type(a.atttypid, a.atttypmod),
            case when a.attcollation <> b.typcollation then (
                select quote_ident(cn.nspname) || '.' || quote_ident(co.collname)
                from pg_collation co join pg_namespace cn on cn.oid = co.collnamespace where co.oid = a.attcollation
            ) end,
            col_description(a.attrelid, a.attnum)
        ] order by a.attnum), '{}')
        from pg_attribute a join pg_type b on b.oid = a.atttypid
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    )
from pg_type t
join pg_class c on c.oid = t.typrelid and c.relkind = 'c'
join pg_namespace n on n.oid = t.typnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e where e.classid = 'pg_type'::regclass and e.objid = t.oid and e.deptype = 'e'
    )
