select 'pg_type'::regclass::oid, t.oid, 0, n.nspname, t.typname, '', pg_get_userbyid(t.typowner),
    format_type(t.typbasetype, t.typtypmod),
    t.typnotnull,
    pg_get_expr(t.typdefaultbin, 0),
    case when t.typcollation <> b.typcollation then (
        select quote_ident(cn.nspname) || '.' || quote_ident(co.collname)
        from pg_collation co join pg_namespace cn on cn.oid = co.collnamespace where co.oid = t.typcollation
    ) end,
    (
        select coalesce(array_agg(
            array[k.conname::text, pg_get_constraintdef(k.oid), obj_description(k.oid, 'pg_constraint')]
            order by k.conname
        ), '{}')
        from pg_constraint k where k.contypid = t.oid and k.contype = 'c'
    ),
    case when nn.conname <> left(t.typname || '_not_null', 63) then nn.conname end,
    obj_description(nn.oid, 'pg_constraint')
from pg_type t
join pg_type b on b.oid = t.typbasetype
join pg_namespace n on n.oid = t.typnamespace
left join pg_constraint nn on nn.contypid = t.oid and nn.contype = 'n'
where t.typtype = 'd' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e where e.classid = 'pg_type'::regclass and e.objid = t.oid and e.deptype = 'e'
    )
