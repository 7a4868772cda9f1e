-- Objects of kinds that are not read: what they are, and their names.
select 'operator', o.oid::regoperator::text from pg_operator o where o.oid >= 16384
    and not exists (select from pg_depend e where e.classid = 'pg_operator'::regclass and e.objid = o.oid and e.deptype = 'e')
union all
select 'operator class', n.nspname || '.' || o.opcname from pg_opclass o join pg_namespace n on n.oid = o.opcnamespace
where o.oid >= 16384
    and not exists (select from pg_depend e where e.classid = 'pg_opclass'::regclass and e.objid = o.oid and e.deptype = 'e')
union all
select 'operator family', n.nspname || '.' || o.opfname from pg_opfamily o join pg_namespace n on n.oid = o.opfnamespace
where o.oid >= 16384
    and not exists (select from pg_depend e where e.classid = 'pg_opfamily'::regclass and e.objid = o.oid and e.deptype = 'e')
union all
select 'base type', format_type(t.oid, null) from pg_type t
where t.oid >= 16384 and t.typtype = 'b' and t.typcategory <> 'A'
    and not exists (select from pg_depend e where e.classid = 'pg_type'::regclass and e.objid = t.oid and e.deptype = 'e')
union all
select 'conversion', n.nspname || '.' || c.conname from pg_conversion c join pg_namespace n on n.oid = c.connamespace
where c.oid >= 16384
    and not exists (select from pg_depend e where e.classid = 'pg_conversion'::regclass and e.objid = c.oid and e.deptype = 'e')
union all
select 'language', l.lanname from pg_language l where l.oid >= 16384
    and not exists (select from pg_depend e where e.classid = 'pg_language'::regclass and e.objid = l.oid and e.deptype = 'e')
union all
select 'access method', a.amname from pg_am a where a.oid >= 16384
    and not exists (select from pg_depend e where e.classid = 'pg_am'::regclass and e.objid = a.oid and e.deptype = 'e')
union all
select 'transform', format_type(t.trftype, null) || ' for ' || l.lanname
from pg_transform t join pg_language l on l.oid = t.trflang
where t.oid >= 16384
    and not exists (select from pg_depend e where e.classid = 'pg_transform'::regclass and e.objid = t.oid and e.deptype = 'e')
union all
select 'foreign-data wrapper', w.fdwname from pg_foreign_data_wrapper w where not exists (
    select from pg_depend e where e.classid = 'pg_foreign_data_wrapper'::regclass and e.objid = w.oid and e.deptype = 'e')
union all
select 'foreign server', s.srvname from pg_foreign_server s where not exists (
    select from pg_depend e where e.classid = 'pg_foreign_server'::regclass and e.objid = s.oid and e.deptype = 'e')
union all
select 'user mapping', coalesce(pg_get_userbyid(nullif(u.umuser, 0)), 'public') || ' on ' || u.srvname from pg_user_mappings u
union all
select 'subscription', s.subname from pg_subscription s
join pg_database d on d.oid = s.subdbid and d.datname = current_database()
union all
select 'text search configuration', n.nspname || '.' || c.cfgname from pg_ts_config c join pg_namespace n on n.oid = c.cfgnamespace
where c.oid >= 16384
    and not exists (select from pg_depend e where e.classid = 'pg_ts_config'::regclass and e.objid = c.oid and e.deptype = 'e')
union all
select 'text search dictionary', n.nspname || '.' || c.dictname from pg_ts_dict c join pg_namespace n on n.oid = c.dictnamespace
where c.oid >= 16384
    and not exists (select from pg_depend e where e.classid = 'pg_ts_dict'::regclass and e.objid = c.oid and e.deptype = 'e')
union all
select 'text search parser', n.nspname || '.' || c.prsname from pg_ts_parser c join pg_namespace n on n.oid = c.prsnamespace
where c.oid >= 16384
    and not exists (select from pg_depend e where e.classid = 'pg_ts_parser'::regclass and e.objid = c.oid and e.deptype = 'e')
union all
select 'text search template', n.nspname || '.' || c.tmplname from pg_ts_template c join pg_namespace n on n.oid = c.tmplnamespace
where c.oid >= 16384
    and not exists (select from pg_depend e where e.classid = 'pg_ts_template'::regclass and e.objid = c.oid and e.deptype = 'e')
union all
select 'privileges of a configuration parameter', p.parname from pg_parameter_acl p
union all
select 'large objects', count(*) || ' of them' from pg_largeobject_metadata having count(*) > 0
union all
select 'comment on a not-null constraint', c.conrelid::regclass::text || '.' || c.conname
from pg_constraint c join pg_description d on d.classoid = 'pg_constraint'::regclass and d.objoid = c.oid
where c.contype = 'n' and c.conrelid >= 16384
order by 1, 2
