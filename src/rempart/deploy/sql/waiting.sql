-- What a session waits for, and who has it.
select coalesce(l.relation::pg_catalog.regclass::text, l.locktype),
    (
        select coalesce(
            pg_catalog.string_agg(
                pg_catalog.format(
                    'process %%s (%%s, role %%s, its transaction open for %%s)', a.pid, coalesce(nullif(a.application_name, ''), 'unnamed'),
                    a.usename, pg_catalog.date_trunc('second', pg_catalog.clock_timestamp() - a.xact_start)
                ),
                ', ' order by a.pid
            ),
            'nobody'
        )
        from pg_catalog.pg_stat_activity a
        where a.pid = any (pg_catalog.pg_blocking_pids(l.pid))
    )
from pg_catalog.pg_locks l
where l.pid = %(pid)s and not l.granted
limit 1
