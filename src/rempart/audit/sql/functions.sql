-- The functions that the anonymous role may execute, in the schemas it may enter: those of extensions and those that
-- only triggers call are left out.
with who as (
    select r.oid from pg_catalog.pg_roles r where r.rolname = %(anonymous)s
)
select n.nspname || '.' || p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')',
    n.nspname = any(%(exposed)s),
    p.prosecdef,
    exists (
        select from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) as a
        where a.grantee = 0 and a.privilege_type = 'EXECUTE')
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
cross join who
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and pg_catalog.has_schema_privilege(who.oid, n.oid, 'USAGE')
    and pg_catalog.has_function_privilege(who.oid, p.oid, 'EXECUTE')
    and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
    and not exists (
        select from pg_catalog.pg_depend e
        where e.classid = 'pg_catalog.pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')
order by 1
