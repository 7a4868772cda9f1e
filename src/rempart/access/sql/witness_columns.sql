-- The columns of every table that can be written to, with what decides which values they take. A domain is followed
-- to its base type: its checks are tried with the others.
with recursive base as (
    select t.oid as type, t.oid as now, t.typtype, t.typbasetype, array[]::text[] as checks, false as refuses_null
    from pg_catalog.pg_type t
    union all
    select b.type, t.oid, t.typtype, t.typbasetype,
        b.checks || array(
            select pg_catalog.pg_get_expr(k.conbin, 0) collate "default" from pg_catalog.pg_constraint k
            where k.contypid = b.now and k.contype = 'c' order by k.conname),
        b.refuses_null or d.typnotnull
    from base b
    join pg_catalog.pg_type d on d.oid = b.now
    join pg_catalog.pg_type t on t.oid = b.typbasetype
    where b.typtype = 'd'
)
select c.oid::int8, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), t.typname::text, t.typcategory::text,
    a.attnotnull or b.refuses_null, pg_catalog.pg_get_expr(f.adbin, f.adrelid),
    a.attgenerated <> '', a.attidentity = 'a',
    array(select e.enumlabel::text from pg_catalog.pg_enum e where e.enumtypid = t.oid order by e.enumsortorder),
    b.checks,
    case when t.typname in ('varchar', 'bpchar') and a.atttypmod > 4 then a.atttypmod - 4 end
from pg_catalog.pg_class c
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join base b on b.type = a.atttypid and b.typtype <> 'd'
join pg_catalog.pg_type t on t.oid = b.now
left join pg_catalog.pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
where c.relkind in ('r', 'p')
order by c.oid, a.attnum
