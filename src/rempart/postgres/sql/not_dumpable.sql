-- What pg_dump cannot lock as this role, and why: a lock that lets others read and write takes any privilege on rows.
select pg_catalog.format('%I.%I', n.nspname, c.relname),
    case
        when not pg_catalog.has_schema_privilege(n.oid, 'usage') then 'no USAGE on its schema'
        else 'no SELECT on it'
    end
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and c.relpersistence <> 't'
    and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
    and not (
        pg_catalog.has_schema_privilege(n.oid, 'usage')
        and pg_catalog.has_table_privilege(c.oid, 'select, insert, update, delete, truncate')
    )
order by 1
