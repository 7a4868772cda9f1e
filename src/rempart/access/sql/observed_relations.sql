-- The relations of the database, with what decides how they are observed.
with recursive behind (oid) as (
    select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('v', 'm') and n.nspname = any(%(exposed)s)
    union
    select d.refobjid
    from behind
    join pg_catalog.pg_rewrite r on r.ev_class = behind.oid
    join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
    where d.refclassid = 'pg_catalog.pg_class'::regclass
)
select c.oid::int8, n.nspname::text, c.relname::text, c.relkind::text, c.relispartition, c.relrowsecurity,
    array(
        select a.attname::text from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum),
    pg_catalog.pg_relation_is_updatable(c.oid, true),
    array(
        select p.proname::text from pg_catalog.pg_trigger t join pg_catalog.pg_proc p on p.oid = t.tgfoid
        -- Through a view, the triggers of any table may be met.
        where (t.tgrelid = c.oid or c.relkind = 'v') and not t.tgisinternal order by p.proname),
    n.nspname = any(%(exposed)s),
    c.oid in (select oid from behind)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    and n.nspname not in ('pg_catalog', 'information_schema')
    and n.nspname not like 'pg\_toast%%' and n.nspname not like 'pg\_temp%%'
order by n.nspname, c.relname
