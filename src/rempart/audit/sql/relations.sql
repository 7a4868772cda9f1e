-- Every relation of the exposed schemas and of those the anonymous role may enter: what it holds there, what stands before
-- the rows, and whether the auditing role itself would see them all. `anonymous` is the role's name.
with who as (
    select r.oid, r.rolsuper or r.rolbypassrls as passes from pg_catalog.pg_roles r where r.rolname = %(anonymous)s
)
select c.oid::int8, n.nspname, c.relname, c.relkind::text,
    n.nspname = any(%(exposed)s),
    pg_catalog.has_schema_privilege(who.oid, n.oid, 'USAGE'),
    array(
        select p.name from pg_catalog.unnest(array['select', 'insert', 'update', 'delete', 'truncate']) as p (name)
        where c.relkind <> 'S' and (
            pg_catalog.has_table_privilege(who.oid, c.oid, p.name)
            or p.name in ('select', 'insert', 'update') and pg_catalog.has_any_column_privilege(who.oid, c.oid, p.name))
        union all
        select p.name from pg_catalog.unnest(array['usage', 'select', 'update']) as p (name)
        where c.relkind = 'S' and pg_catalog.has_sequence_privilege(who.oid, c.oid, p.name)
    ),
    case when c.relkind = 'S' or pg_catalog.has_table_privilege(who.oid, c.oid, 'select') then array[]::text[]
        else array(
            select a.attname::text from pg_catalog.pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                and pg_catalog.has_column_privilege(who.oid, a.attrelid, a.attnum, 'select')
            order by a.attnum)
    end,
    case when c.relkind in ('r', 'p') then c.relrowsecurity end,
    c.relkind in ('r', 'p') and c.relrowsecurity and not who.passes
        and (c.relforcerowsecurity or not pg_catalog.pg_has_role(who.oid, c.relowner, 'USAGE')),
    coalesce((
        select pg_catalog.split_part(o, '=', 2)::boolean from pg_catalog.unnest(c.reloptions) as o
        where o like 'security_invoker=%%'), false),
    c.relkind <> 'S'
        and (pg_catalog.has_table_privilege(c.oid, 'select') or pg_catalog.has_any_column_privilege(c.oid, 'select'))
        and pg_catalog.has_schema_privilege(n.oid, 'USAGE') and not pg_catalog.row_security_active(c.oid),
    array(
        select pg_catalog.json_build_object(
            'name', p.polname, 'permissive', p.polpermissive,
            'command', case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
                when 'd' then 'delete' else 'all' end,
            'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid),
            'check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))::text
        from pg_catalog.pg_policy p
        where p.polrelid = c.oid
            and exists (
                select from pg_catalog.unnest(p.polroles) as r (oid)
                where r.oid = 0 or pg_catalog.pg_has_role(who.oid, r.oid, 'USAGE'))
        order by p.polname
    )
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join who
where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and (n.nspname = any(%(exposed)s) or pg_catalog.has_schema_privilege(who.oid, n.oid, 'USAGE'))
order by n.nspname, c.relname
