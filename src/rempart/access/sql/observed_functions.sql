-- The functions of the exposed schemas, with the base types of their arguments.
select n.nspname::text, p.proname::text, p.prokind::text,
    array(select pg_catalog.format_type(u.id, null) from unnest(p.proargtypes::oid[]) with ordinality u (id, place)
        order by u.place),
    coalesce((p.proargnames::text[])[1:p.pronargs], array[]::text[]),
    p.prorettype = 'trigger'::regtype or p.prorettype = 'event_trigger'::regtype,
    coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc),
    p.provariadic not in (0, '"any"'::regtype)
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where n.nspname = any(%(exposed)s)
order by n.nspname, p.proname, pg_catalog.oidvectortypes(p.proargtypes)
