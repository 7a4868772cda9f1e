-- Functions of some names whose language can check a body, with the setting they run under.
select
    p.oid::bigint as id,
    n.nspname as schema,
    p.proname as name,
    p.prosrc as body,
    vn.nspname as validator_schema,
    v.proname as validator,
    (
        select substr(s.setting, length('search_path=') + 1)
        from unnest(p.proconfig) as s (setting)
        where starts_with(s.setting, 'search_path=')
    ) as search_path
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_language l on l.oid = p.prolang
join pg_catalog.pg_proc v on v.oid = l.lanvalidator
join pg_catalog.pg_namespace vn on vn.oid = v.pronamespace
join unnest(%(schemas)s::text[], %(names)s::text[]) as wanted (schema, name)
    on wanted.schema = n.nspname and wanted.name = p.proname
where p.prokind <> 'a' -- the body of an aggregate is none
order by n.nspname, p.proname, p.oid
