-- Whether this session still holds it, and is still the session that took it.
select exists (
    select from pg_catalog.pg_locks l
    where l.locktype = 'advisory'
        and l.pid = pg_catalog.pg_backend_pid()
        and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
        and l.classid = %(class)s::pg_catalog.oid
        and l.objid = %(object)s::pg_catalog.oid
        and l.granted
)
