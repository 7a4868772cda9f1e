select 'pg_event_trigger'::regclass::oid, t.oid, 0, '', t.evtname, '', pg_get_userbyid(t.evtowner),
    t.evtevent::text,
    coalesce(t.evttags, '{}'),
    quote_ident(n.nspname) || '.' || quote_ident(p.proname),
    t.evtenabled::text
from pg_event_trigger t
join pg_proc p on p.oid = t.evtfoid
join pg_namespace n on n.oid = p.pronamespace
where not exists (
    select from pg_depend e where e.classid = 'pg_event_trigger'::regclass and e.objid = t.oid and e.deptype = 'e'
)
