-- Memberships; their options exist since Postgres 16, before which the member's INHERIT decided.
select 'pg_auth_members'::regclass::oid, m.roleid, m.member::int8::int4, '', pg_get_userbyid(m.roleid),
    pg_get_userbyid(m.member), null,
    bool_or(m.admin_option),
    bool_or(coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, r.rolinherit)),
    bool_or(coalesce((to_jsonb(m) ->> 'set_option')::boolean, true))
from pg_auth_members m
join pg_roles r on r.oid = m.member
where m.member <> 10 and r.rolname !~ '^pg_'
group by m.roleid, m.member
