-- Objects of kinds that are not read: what they are, and their names. What an extension brought is the extension's.
select found.kind, found.name
from (
    select 'operator class', n.nspname || '.' || o.opcname, 'pg_opclass'::regclass, o.oid
    from pg_opclass o join pg_namespace n on n.oid = o.opcnamespace where o.oid >= 16384
    union all
    select 'operator family', n.nspname || '.' || o.opfname, 'pg_opfamily'::regclass, o.oid
    from pg_opfamily o join pg_namespace n on n.oid = o.opfnamespace where o.oid >= 16384
    union all
    select 'base type', format_type(t.oid, null), 'pg_type'::regclass, t.oid
    from pg_type t where t.oid >= 16384 and t.typtype = 'b' and t.typcategory <> 'A'
    union all
    select 'conversion', n.nspname || '.' || c.conname, 'pg_conversion'::regclass, c.oid
    from pg_conversion c join pg_namespace n on n.oid = c.connamespace where c.oid >= 16384
    union all
    select 'language', l.lanname, 'pg_language'::regclass, l.oid from pg_language l where l.oid >= 16384
    union all
    select 'access method', a.amname, 'pg_am'::regclass, a.oid from pg_am a where a.oid >= 16384
    union all
    select 'transform', format_type(t.trftype, null) || ' for ' || l.lanname, 'pg_transform'::regclass, t.oid
    from pg_transform t join pg_language l on l.oid = t.trflang where t.oid >= 16384
    union all
    select 'text search parser', n.nspname || '.' || c.prsname, 'pg_ts_parser'::regclass, c.oid
    from pg_ts_parser c join pg_namespace n on n.oid = c.prsnamespace where c.oid >= 16384
    union all
    select 'text search template', n.nspname || '.' || c.tmplname, 'pg_ts_template'::regclass, c.oid
    from pg_ts_template c join pg_namespace n on n.oid = c.tmplnamespace where c.oid >= 16384
) as found (kind, name, classid, objid)
where not exists (
    select from pg_depend e where e.classid = found.classid and e.objid = found.objid and e.deptype = 'e'
)
union all
-- The server shows the options of a mapping to few roles: see user_mapping.sql.
select 'options of a user mapping', coalesce(u.usename, 'public') || ' on ' || u.srvname
from pg_user_mappings u
join pg_foreign_server s on s.oid = u.srvid
where u.umoptions is null
    and not (select r.rolsuper from pg_roles r where r.rolname = current_user)
    and not (u.umuser = 0 and pg_has_role(s.srvowner, 'usage'))
    and not (u.usename = current_user and (pg_has_role(s.srvowner, 'usage') or has_server_privilege(s.oid, 'usage')))
union all
select 'subscription', s.subname
from pg_subscription s join pg_database d on d.oid = s.subdbid and d.datname = current_database()
union all
select 'privileges of a configuration parameter', p.parname from pg_parameter_acl p
union all
select 'large objects', count(*) || ' of them' from pg_largeobject_metadata having count(*) > 0
union all
select 'comment on an inherited constraint', c.conrelid::regclass::text || '.' || c.conname
from pg_constraint c join pg_description d on d.classoid = 'pg_constraint'::regclass and d.objoid = c.oid
where c.contype in ('c', 'f') and not c.conislocal and c.conrelid >= 16384
order by 1, 2
