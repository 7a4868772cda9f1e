select 'pg_namespace'::regclass::oid, n.oid, 0, '', n.nspname, '', pg_get_userbyid(n.nspowner)
from pg_namespace n
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e
        where e.classid = 'pg_namespace'::regclass and e.objid = n.oid and e.deptype = 'e'
    )
