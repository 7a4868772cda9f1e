-- Views and materialized views.
select 'pg_class'::regclass::oid, c.oid, 0, n.nspname, c.relname, '', pg_get_userbyid(c.relowner),
    c.relkind = 'm',
    pg_get_viewdef(c.oid),
    coalesce((select array_agg(o order by o) from unnest(c.reloptions) o), '{}'),
    coalesce(c.reloptions, '{}'),
    (
        select coalesce(array_agg(array[
            a.attname::text,
            format_type(a.atttypid, a.atttypmod),
            case when a.attcollation <> 0 then a.attcollation::regcollation::text else '' end
        ] order by a.attnum), '{}')
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ),
    am.amname,
    ts.spcname,
    c.relispopulated
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_am am on am.oid = c.relam and am.amname <> 'heap'
left join pg_tablespace ts on ts.oid = c.reltablespace
where c.relkind in ('v', 'm')
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'
    )
