select 'pg_cast'::regclass::oid, c.oid, 0, '', format_type(c.castsource, null), format_type(c.casttarget, null), null,
    c.castfunc::regprocedure::text, c.castcontext::text, c.castmethod::text
from pg_cast c
where c.oid >= 16384
    and not exists (
        select from pg_depend e where e.classid = 'pg_cast'::regclass and e.objid = c.oid and e.deptype in ('e', 'i')
    )
