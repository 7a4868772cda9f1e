-- Tables, partitioned tables and foreign tables.
select 'pg_class'::regclass::oid, c.oid, 0, n.nspname, c.relname, '', pg_get_userbyid(c.relowner),
    c.relkind::text,
    c.relpersistence::text,
    am.amname,
    ts.spcname,
    coalesce((
        select array_agg(o order by o)
        from (select unnest(c.reloptions) union all select 'toast.' || unnest(t.reloptions)) as all_options (o)
    ), '{}'),
    coalesce(c.reloptions, '{}') || coalesce((select array_agg('toast.' || o) from unnest(t.reloptions) o), '{}'),
    c.relrowsecurity,
    c.relforcerowsecurity,
    case case when c.relkind = 'f' then 'd' else c.relreplident end  -- a foreign table has none
        when 'd' then 'default' when 'f' then 'full' when 'n' then 'nothing'
        else 'using index ' || quote_ident((
            select i.relname from pg_index x join pg_class i on i.oid = x.indexrelid
            where x.indrelid = c.oid and x.indisreplident
        ))
    end,
    case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end,
    case when c.relispartition then pg_get_expr(c.relpartbound, c.oid) end,
    coalesce((
        select array_agg(array[pn.nspname, p.relname]::text[] order by h.inhseqno)
        from pg_inherits h join pg_class p on p.oid = h.inhparent join pg_namespace pn on pn.oid = p.relnamespace
        where h.inhrelid = c.oid
    ), '{}'),
    case when c.reloftype <> 0 then format_type(c.reloftype, null) end,
    s.srvname,
    coalesce((select array_agg(o order by o) from unnest(f.ftoptions) o), '{}'),
    case when c.relispartition then coalesce((
        -- Names that Postgres would not have given (ChooseIndexName in indexcmds.c).
        select array_agg(array[pi.relname, i.relname || coalesce(' with ' || other.options, '')]::text[] order by pi.relname, i.relname)
        from pg_index x
        join pg_class i on i.oid = x.indexrelid and i.relispartition
        join pg_inherits h on h.inhrelid = i.oid
        join pg_class pi on pi.oid = h.inhparent
        cross join lateral (
            select c.relname || '_' || case when x.indisprimary then 'pkey' else string_agg(a.attname, '_' order by a.attnum) || '_' end
            from pg_attribute a where a.attrelid = i.oid
        ) as usual (name)
        cross join lateral (
            select nullif(concat_ws(
                ', ',
                case when i.reloptions is distinct from pi.reloptions then coalesce(i.reloptions::text, '{}') end,
                case when x.indisclustered then 'clustered' end,
                (
                    select string_agg(format('statistics of column %s %s', a.attnum, a.attstattarget), ', ' order by a.attnum)
                    from pg_attribute a where a.attrelid = i.oid and a.attstattarget <> -1
                ),
                'comment ' || quote_literal(obj_description(i.oid, 'pg_class')),
                'comment on its constraint ' || quote_literal((
                    select obj_description(k.oid, 'pg_constraint')
                    from pg_constraint k where k.conindid = i.oid and k.conrelid = c.oid and k.contype in ('p', 'u', 'x')
                ))
            ), '')
        ) as other (options)
        where x.indrelid = c.oid
            and (
                other.options is not null
                or length(usual.name) < 59
                and left(i.relname, length(usual.name)) || regexp_replace(substr(i.relname, length(usual.name) + 1), '^((idx|key|excl)?\d*)$', '') <> usual.name
            )
    ), '{}') else '{}' end
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_am am on am.oid = c.relam and am.amname <> 'heap'
left join pg_tablespace ts on ts.oid = c.reltablespace
left join pg_class t on t.oid = c.reltoastrelid and t.reloptions is not null
left join pg_foreign_table f on f.ftrelid = c.oid
left join pg_foreign_server s on s.oid = f.ftserver
where c.relkind in ('r', 'p', 'f')
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'
    )
