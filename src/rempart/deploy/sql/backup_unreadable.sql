-- What this role may not read whole, and why. Row security counts when it would hide rows from this role.
select c.kind || ' ' || pg_catalog.format('%I.%I', c.nspname, c.relname),
    case
        when not pg_catalog.has_schema_privilege(c.nspoid, 'usage') then 'no USAGE on its schema'
        when c.kind = 'sequence' then 'no SELECT on it'
        when not pg_catalog.has_table_privilege(c.oid, 'select') then 'no SELECT on it'
        else 'row security would hide rows'
    end
from (
    select c.oid, c.relname, n.nspname, n.oid as nspoid, case c.relkind when 'S' then 'sequence' else 'table' end as kind
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'S') and c.relpersistence <> 't'
        and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
        and not exists (
            select from pg_catalog.pg_depend d
            where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e'
        )
) c
where not pg_catalog.has_schema_privilege(c.nspoid, 'usage')
    or case c.kind
        when 'sequence' then not pg_catalog.has_sequence_privilege(c.oid, 'select')
        else not pg_catalog.has_table_privilege(c.oid, 'select') or pg_catalog.row_security_active(c.oid)
    end
order by 1
