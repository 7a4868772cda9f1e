-- Foreign servers. Of an option whose name speaks of a secret only a digest leaves the server.
select 'pg_foreign_server'::regclass::oid, s.oid, 0, '', s.srvname, '', pg_get_userbyid(s.srvowner),
    w.fdwname,
    s.srvtype,
    s.srvversion,
    coalesce(told.options, '{}'),
    coalesce(told.secrets, '{}')
from pg_foreign_server s
join pg_foreign_data_wrapper w on w.oid = s.srvfdw
cross join lateral (
    select array_agg(o.name || '=' || o.value order by o.name) filter (where not o.secret),
        array_agg(array[o.name, encode(sha256(convert_to(o.value, 'UTF8')), 'hex')] order by o.name) filter (where o.secret)
    from (
        select o.option_name, coalesce(o.option_value, ''), o.option_name ~* '(passw|passphrase|secret|token|credential|(^|_)(api|access|private|service|sa|account|auth|encryption)_?key$)'
            and o.option_name !~* '_(id|name|required|file|path)$'
        from pg_options_to_table(s.srvoptions) o
    ) as o (name, value, secret)
) as told (options, secrets)
where not exists (
    select from pg_depend e where e.classid = 'pg_foreign_server'::regclass and e.objid = s.oid and e.deptype = 'e'
)
