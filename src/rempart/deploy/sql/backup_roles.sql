-- The roles of a server, without those it brings itself, with what they may and the roles they are members of.
-- Columns that only newer servers have are read by way of JSON.
select r.rolname, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolreplication, r.rolbypassrls,
    coalesce(
        pg_catalog.jsonb_agg(
            distinct pg_catalog.jsonb_build_object(
                'role', g.rolname,
                'admin', m.admin_option,
                'inherit', coalesce((pg_catalog.to_jsonb(m) ->> 'inherit_option')::boolean, r.rolinherit),
                'set', coalesce((pg_catalog.to_jsonb(m) ->> 'set_option')::boolean, true)
            )
        ) filter (where g.oid is not null),
        '[]'
    )
from pg_catalog.pg_roles r
left join pg_catalog.pg_auth_members m on m.member = r.oid
left join pg_catalog.pg_roles g on g.oid = m.roleid
where r.rolname !~ '^pg_'
group by r.oid, r.rolname, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolreplication,
    r.rolbypassrls
order by r.rolname
