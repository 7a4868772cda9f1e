-- Operators; not those that are only named so far, as the commutator or negator of another.
select 'pg_operator'::regclass::oid, o.oid, 0, n.nspname, o.oprname,
    '(' || coalesce(format_type(nullif(o.oprleft, 0), null), 'none') || ', ' || format_type(o.oprright, null) || ')',
    pg_get_userbyid(o.oprowner),
    o.oprcode::text,
    'operator(' || quote_ident(cn.nspname) || '.' || c.oprname || ')',
    'operator(' || quote_ident(gn.nspname) || '.' || g.oprname || ')',
    nullif(o.oprrest, 0)::regproc::text,
    nullif(o.oprjoin, 0)::regproc::text,
    o.oprcanhash,
    o.oprcanmerge
from pg_operator o
join pg_namespace n on n.oid = o.oprnamespace
left join pg_operator c on c.oid = o.oprcom
left join pg_namespace cn on cn.oid = c.oprnamespace
left join pg_operator g on g.oid = o.oprnegate
left join pg_namespace gn on gn.oid = g.oprnamespace
where o.oprcode <> 0 and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e where e.classid = 'pg_operator'::regclass and e.objid = o.oid and e.deptype = 'e'
    )
