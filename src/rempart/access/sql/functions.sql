-- The functions of the project: those in exposed schemas, and those that the project's owner owns elsewhere.
select n.nspname, p.proname, p.prokind::text,
    array(select pg_catalog.format_type(t.oid, null) from unnest(p.proargtypes) with ordinality a (oid, place)
        join pg_catalog.pg_type t on t.oid = a.oid order by a.place) as argument_types,
    p.oid::regprocedure::text
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where n.nspname = any(%(exposed)s) or p.proowner = (select oid from pg_catalog.pg_roles where rolname = %(owner)s)
order by n.nspname, p.proname, p.oid
