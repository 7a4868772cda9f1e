-- What the current role holds on every relation and column, asked of Postgres in its own name.
select c.oid::int8,
    case when c.relkind = 'S' then '' else pg_catalog.concat_ws(' ',
        case when pg_catalog.has_table_privilege(c.oid, 'SELECT') then 'select' end,
        case when pg_catalog.has_table_privilege(c.oid, 'DELETE') then 'delete' end,
        case when pg_catalog.has_table_privilege(c.oid, 'TRUNCATE') then 'truncate' end) end,
    array(select a.attname::text from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            and pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT') order by a.attnum),
    array(select a.attname::text from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            and pg_catalog.has_column_privilege(c.oid, a.attnum, 'INSERT') order by a.attnum),
    array(select a.attname::text from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            and pg_catalog.has_column_privilege(c.oid, a.attnum, 'UPDATE') order by a.attnum),
    pg_catalog.row_security_active(c.oid)
from pg_catalog.pg_class c
where c.oid = any(%(relations)s)
