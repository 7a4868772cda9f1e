-- User mappings. Of an option that is not known to be harmless only a digest leaves the server; and the server shows the
-- options of a mapping to few roles (pg_user_mappings in system_views.sql).
select 'pg_user_mapping'::regclass::oid, u.umid, 0, '', u.srvname, coalesce(u.usename, 'public'), null,
    (select r.rolsuper from pg_roles r where r.rolname = current_user)
        or u.umuser = 0 and pg_has_role(s.srvowner, 'usage')
        or u.umuser <> 0 and u.usename = current_user
            and (pg_has_role(s.srvowner, 'usage') or has_server_privilege(s.oid, 'usage')),
    coalesce(told.options, '{}'),
    coalesce(told.secrets, '{}')
from pg_user_mappings u
join pg_foreign_server s on s.oid = u.srvid
cross join lateral (
    select array_agg(o.name || '=' || o.value order by o.name) filter (where not o.secret),
        array_agg(array[o.name, encode(sha256(convert_to(o.value, 'UTF8')), 'hex')] order by o.name) filter (where o.secret)
    from (
        select o.option_name, coalesce(o.option_value, ''), o.option_name not in ('user', 'username', 'password_required', 'sslcert', 'sslkey', 'use_scram_passthrough')
        from pg_options_to_table(u.umoptions) o
    ) as o (name, value, secret)
) as told (options, secrets)
