select 'pg_ts_dict'::regclass::oid, d.oid, 0, n.nspname, d.dictname, '', pg_get_userbyid(d.dictowner),
    quote_ident(tn.nspname) || '.' || quote_ident(t.tmplname),
    coalesce(d.dictinitoption, '')
from pg_ts_dict d
join pg_namespace n on n.oid = d.dictnamespace
join pg_ts_template t on t.oid = d.dicttemplate
join pg_namespace tn on tn.oid = t.tmplnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e where e.classid = 'pg_ts_dict'::regclass and e.objid = d.oid and e.deptype = 'e'
    )
