select 'pg_statistic_ext'::regclass::oid, s.oid, 0, n.nspname, s.stxname, '', pg_get_userbyid(s.stxowner),
    pg_get_statisticsobjdef(s.oid),
    nullif(coalesce(s.stxstattarget, -1), -1)::int4
from pg_statistic_ext s
join pg_namespace n on n.oid = s.stxnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e where e.classid = 'pg_statistic_ext'::regclass and e.objid = s.oid and e.deptype = 'e'
    )
