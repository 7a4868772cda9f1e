select 'pg_rewrite'::regclass::oid, r.oid, 0, n.nspname, c.relname, r.rulename, null,
    pg_get_ruledef(r.oid),
    r.ev_enabled::text,
    c.relkind::text
from pg_rewrite r
join pg_class c on c.oid = r.ev_class
join pg_namespace n on n.oid = c.relnamespace
where r.rulename <> '_RETURN'
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'
    )
