-- What pg_depend speaks of but belongs to another object: its class, identifier and column; then the object's.
select 'pg_rewrite'::regclass::oid, r.oid, 0, 'pg_class'::regclass::oid, r.ev_class, 0
from pg_rewrite r where r.oid >= 16384 and r.rulename = '_RETURN'
union all
select 'pg_attrdef'::regclass::oid, d.oid, 0, 'pg_class'::regclass::oid, d.adrelid, d.adnum::int4
from pg_attrdef d where d.oid >= 16384
union all
select 'pg_type'::regclass::oid, t.oid, 0, 'pg_class'::regclass::oid, t.typrelid, 0
from pg_type t join pg_class c on c.oid = t.typrelid
where t.oid >= 16384 and t.typtype = 'c' and c.relkind <> 'c'
union all
select 'pg_class'::regclass::oid, t.typrelid, 0, 'pg_type'::regclass::oid, t.oid, 0
from pg_type t join pg_class c on c.oid = t.typrelid
where t.oid >= 16384 and t.typtype = 'c' and c.relkind = 'c'
union all
select 'pg_type'::regclass::oid, a.oid, 0,
    case when b.typtype = 'c' and c.relkind <> 'c' then 'pg_class' else 'pg_type' end::regclass::oid,
    case when b.typtype = 'c' and c.relkind <> 'c' then b.typrelid else b.oid end, 0
from pg_type a join pg_type b on b.typarray = a.oid left join pg_class c on c.oid = b.typrelid
where a.oid >= 16384
union all
select 'pg_type'::regclass::oid, r.rngmultitypid, 0, 'pg_type'::regclass::oid, r.rngtypid, 0
from pg_range r where r.rngtypid >= 16384
union all
select 'pg_constraint'::regclass::oid, k.oid, 0, 'pg_type'::regclass::oid, k.contypid, 0
from pg_constraint k where k.contypid <> 0
union all
select 'pg_class'::regclass::oid, k.conindid, 0, 'pg_constraint'::regclass::oid, k.oid, 0
from pg_constraint k where k.contype in ('p', 'u', 'x')
union all
select 'pg_publication_rel'::regclass::oid, r.oid, 0, 'pg_publication'::regclass::oid, r.prpubid, 0
from pg_publication_rel r
union all
select 'pg_publication_namespace'::regclass::oid, r.oid, 0, 'pg_publication'::regclass::oid, r.pnpubid, 0
from pg_publication_namespace r
