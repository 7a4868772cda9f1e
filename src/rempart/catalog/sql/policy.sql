select 'pg_policy'::regclass::oid, p.oid, 0, n.nspname, c.relname, p.polname, null,
    p.polpermissive,
    case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
    (
        select array_agg(case when r.id = 0 then '' else pg_get_userbyid(r.id) end::text order by 1)
        from unnest(p.polroles) as r (id)
    ),
    pg_get_expr(p.polqual, p.polrelid),
    pg_get_expr(p.polwithcheck, p.polrelid)
from pg_policy p
join pg_class c on c.oid = p.polrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'
    )
