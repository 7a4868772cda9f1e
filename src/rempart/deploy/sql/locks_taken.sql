-- The locks that this transaction holds on relations, the strongest of each.
select c.oid, l.mode
from pg_catalog.pg_locks l
join pg_catalog.pg_class c on c.oid = l.relation
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where l.pid = pg_catalog.pg_backend_pid()
    and l.granted
    and l.locktype = 'relation'
    and c.relkind in ('r', 'm', 'p')
    and n.nspname !~ '^pg_'
    and n.nspname not in ('information_schema', 'rempart')
