select 'pg_trigger'::regclass::oid, t.oid, 0, n.nspname, c.relname, t.tgname, null,
    pg_get_triggerdef(t.oid),
    t.tgenabled::text,
    t.tgconstraint <> 0,
    c.relkind::text,
    p.tgenabled::text
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
left join pg_trigger p on p.oid = t.tgparentid
join pg_namespace n on n.oid = c.relnamespace
where not t.tgisinternal and (p.oid is null or p.tgenabled <> t.tgenabled)
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e
        where e.deptype = 'e'
            and (
                e.classid = 'pg_class'::regclass and e.objid = c.oid
                or e.classid = 'pg_trigger'::regclass and e.objid = t.oid
            )
    )
