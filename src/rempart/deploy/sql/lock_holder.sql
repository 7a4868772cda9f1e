select l.pid, coalesce(a.application_name, ''), coalesce(a.usename, ''), coalesce(a.client_addr::text, 'a local session'),
    pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - a.backend_start)::text
from pg_catalog.pg_locks l
left join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.locktype = 'advisory'
    and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
    and l.classid = %(class)s::pg_catalog.oid
    and l.objid = %(object)s::pg_catalog.oid
    and l.granted
