-- Columns of tables; of views only those of which more is known than the view's query says.
select 'pg_class'::regclass::oid, c.oid, a.attnum::int4, n.nspname, c.relname, a.attname, null,
    c.relkind::text,
    a.attnum::int4,
    format_type(a.atttypid, a.atttypmod),
    a.attnotnull,
    case when nn.conname <> left(c.relname || '_' || a.attname || '_not_null', 63) then nn.conname end,
    coalesce((to_jsonb(nn) ->> 'connoinherit')::boolean, false),
    pg_get_expr(d.adbin, d.adrelid),
    a.attgenerated::text,
    a.attidentity::text,
    case when a.attidentity <> '' then (
        select array[sn.nspname, sc.relname, sq.seqstart::text, sq.seqincrement::text, sq.seqmin::text,
            sq.seqmax::text, sq.seqcache::text, sq.seqcycle::text]
        from pg_depend sd
        join pg_sequence sq on sq.seqrelid = sd.objid
        join pg_class sc on sc.oid = sd.objid
        join pg_namespace sn on sn.oid = sc.relnamespace
        where sd.classid = 'pg_class'::regclass and sd.refclassid = 'pg_class'::regclass
            and sd.refobjid = c.oid and sd.refobjsubid = a.attnum and sd.deptype = 'i'
    ) end,
    case when a.attcollation <> t.typcollation then (
        select quote_ident(cn.nspname) || '.' || quote_ident(co.collname)
        from pg_collation co join pg_namespace cn on cn.oid = co.collnamespace where co.oid = a.attcollation
    ) end,
    case when a.attstorage <> t.typstorage then
        case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end
    end,
    case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end,
    nullif(a.attstattarget, -1)::int4,
    coalesce((select array_agg(o order by o) from unnest(a.attoptions) o), '{}'),
    coalesce((select array_agg(o order by o) from unnest(a.attfdwoptions) o), '{}'),
    a.attislocal,
    coalesce((to_jsonb(nn) ->> 'convalidated')::boolean, true),
    coalesce((to_jsonb(nn) ->> 'coninhcount')::int4 > 0, false),
    c.relhassubclass,
    nd.description
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
left join pg_constraint nn on nn.conrelid = c.oid and nn.contype = 'n' and nn.conkey = array[a.attnum]
left join pg_description nd on nd.classoid = 'pg_constraint'::regclass and nd.objoid = nn.oid
where a.attnum > 0 and not a.attisdropped
    and (
        c.relkind in ('r', 'p', 'f')
        or c.relkind in ('v', 'm') and (
            a.attacl is not null or a.atthasdef or a.attstattarget <> -1 or a.attoptions is not null
            or exists (
                select from pg_description k
                where k.classoid = 'pg_class'::regclass and k.objoid = c.oid and k.objsubid = a.attnum
            )
        )
    )
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'
    )
