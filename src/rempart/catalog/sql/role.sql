-- Roles other than the bootstrap superuser and the predefined ones.
select 'pg_authid'::regclass::oid, r.oid, 0, '', r.rolname, '', null,
    r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolreplication, r.rolbypassrls,
    r.rolconnlimit, r.rolvaliduntil::text
from pg_roles r
where r.oid <> 10 and r.rolname !~ '^pg_'
