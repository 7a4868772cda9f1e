-- Functions, window functions and procedures; aggregates have a query of their own.
select 'pg_proc'::regclass::oid, p.oid, 0, n.nspname, p.proname, '(' || oidvectortypes(p.proargtypes) || ')',
    pg_get_userbyid(p.proowner),
    p.prokind::text,
    pg_get_functiondef(p.oid),
    pg_get_function_result(p.oid),
    pg_get_function_arguments(p.oid),
    coalesce(p.proargnames, '{}'),
    array(
        select p.proargmodes[o.place]::text || ' ' || coalesce(p.proargnames[o.place], '') || ' ' || format_type(o.type, null)
        from unnest(p.proallargtypes) with ordinality o (type, place)
        where p.prorettype = 'record'::regtype and p.proargmodes[o.place] in ('o', 'b', 't')
        order by o.place
    ),
    p.pronargdefaults::int4,
    l.lanname,
    p.prosecdef,
    coalesce(p.proconfig, '{}'),
    p.provolatile::text,
    p.proleakproof,
    p.proisstrict,
    p.proparallel::text,
    p.prosrc
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_language l on l.oid = p.prolang
where p.prokind <> 'a'
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype in ('e', 'i')
    )
