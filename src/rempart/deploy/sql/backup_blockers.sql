-- Who holds a lock that lets nobody read, in this database.
select distinct 'process ' || l.pid || ' holds ' || pg_catalog.format('%I.%I', n.nspname, c.relname)
    || coalesce(' (' || nullif(a.application_name, '') || ')', '')
from pg_catalog.pg_locks l
join pg_catalog.pg_class c on c.oid = l.relation
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.granted and l.mode = 'AccessExclusiveLock' and c.relkind in ('r', 'p')
    and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
order by 1
