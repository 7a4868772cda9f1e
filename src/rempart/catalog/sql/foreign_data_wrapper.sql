-- Foreign-data wrappers, without those of extensions. Of an option whose name speaks of a secret only a digest leaves the server.
select 'pg_foreign_data_wrapper'::regclass::oid, w.oid, 0, '', w.fdwname, '', pg_get_userbyid(w.fdwowner),
    quote_ident(hn.nspname) || '.' || quote_ident(h.proname),
    quote_ident(vn.nspname) || '.' || quote_ident(v.proname),
    coalesce(told.options, '{}'),
    coalesce(told.secrets, '{}')
from pg_foreign_data_wrapper w
left join pg_proc h on h.oid = w.fdwhandler
left join pg_namespace hn on hn.oid = h.pronamespace
left join pg_proc v on v.oid = w.fdwvalidator
left join pg_namespace vn on vn.oid = v.pronamespace
cross join lateral (
    select array_agg(o.name || '=' || o.value order by o.name) filter (where not o.secret),
        array_agg(array[o.name, encode(sha256(convert_to(o.value, 'UTF8')), 'hex')] order by o.name) filter (where o.secret)
    from (
        select o.option_name, coalesce(o.option_value, ''), o.option_name ~* '(passw|passphrase|secret|token|credential|(^|_)(api|access|private|service|sa|account|auth|encryption)_?key$)'
            and o.option_name !~* '_(id|name|required|file|path)$'
        from pg_options_to_table(w.fdwoptions) o
    ) as o (name, value, secret)
) as told (options, secrets)
where not exists (
    select from pg_depend e
    where e.classid = 'pg_foreign_data_wrapper'::regclass and e.objid = w.oid and e.deptype = 'e'
)
