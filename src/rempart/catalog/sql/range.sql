select 'pg_type'::regclass::oid, t.oid, 0, n.nspname, t.typname, '', pg_get_userbyid(t.typowner),
    array_remove(array[
        'subtype = ' || format_type(r.rngsubtype, null),
        case when not o.opcdefault then
            'subtype_opclass = ' || quote_ident(oz.nspname) || '.' || quote_ident(o.opcname) end,
        case when r.rngcollation <> st.typcollation then (
            select 'collation = ' || quote_ident(cn.nspname) || '.' || quote_ident(co.collname)
            from pg_collation co join pg_namespace cn on cn.oid = co.collnamespace where co.oid = r.rngcollation
        ) end,
        case when r.rngcanonical <> 0 then 'canonical = ' || r.rngcanonical end,
        case when r.rngsubdiff <> 0 then 'subtype_diff = ' || r.rngsubdiff end,
        'multirange_type_name = ' || format_type(r.rngmultitypid, null)
    ], null)
from pg_range r
join pg_type t on t.oid = r.rngtypid
join pg_type st on st.oid = r.rngsubtype
join pg_opclass o on o.oid = r.rngsubopc
join pg_namespace oz on oz.oid = o.opcnamespace
join pg_namespace n on n.oid = t.typnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e where e.classid = 'pg_type'::regclass and e.objid = t.oid and e.deptype = 'e'
    )
