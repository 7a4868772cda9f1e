-- Constraints of tables; not NOT NULL, nor those that a child only has from its parent, unless its rows have been checked
-- and its parent's have not. Those that a partition has from its parent are told apart.
select 'pg_constraint'::regclass::oid, k.oid, 0, n.nspname, c.relname, k.conname, null,
    k.contype::text,
    pg_get_constraintdef(k.oid),
    c.relkind::text,
    coalesce((select array_agg(o order by o) from unnest(i.reloptions) o), '{}'),
    ts.spcname,
    coalesce(x.indisclustered, false),
    case when k.contype = 'f' then quote_ident(rn.nspname) || '.' || quote_ident(r.relname) end,
    i.relname,
    not k.conislocal and not own.passed_on,
    obj_description(x.indexrelid, 'pg_class'),
    own.passed_on
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
left join pg_index x on x.indexrelid = k.conindid and k.contype in ('p', 'u', 'x')
left join pg_class i on i.oid = x.indexrelid
left join pg_tablespace ts on ts.oid = i.reltablespace
left join pg_class r on r.oid = k.confrelid
left join pg_namespace rn on rn.oid = r.relnamespace
cross join lateral (
    select k.conparentid = 0 and k.conislocal or k.contype = 'c' and k.convalidated and exists (
        select from pg_inherits h
        join pg_constraint pk on pk.conrelid = h.inhparent and pk.conname = k.conname and pk.contype = 'c'
        where h.inhrelid = k.conrelid and not pk.convalidated
    )
) as kept (here)
cross join lateral (
    select not kept.here and c.relispartition and (
        k.contype = 'c'
        -- A foreign key to a partitioned table has one of the same table under it for each partition.
        or exists (
            select from pg_constraint pk
            where pk.oid = k.conparentid and pk.conrelid <> k.conrelid and pk.confrelid = k.confrelid
        )
    )
) as own (passed_on)
where k.contype in ('p', 'u', 'x', 'f', 'c') and (kept.here or own.passed_on)
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'
    )
