-- What keeps the record from being changed: a row for each thing that is not as it was made.
-- The types are those of pg_trigger.tgtype: 27 is a row before update or delete, 58 a statement before update, delete
-- or truncate.
with guarded (relation) as (
    values ('deployment_ledger'), ('environment_marker')
),
relations as (
    select g.relation, c.oid, c.relnamespace, c.relrowsecurity
    from guarded g
    join pg_catalog.pg_namespace n on n.nspname = 'rempart'
    join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = g.relation
),
expected (name, type) as (
    values ('refuse_rows', 27), ('refuse_statements', 58)
)
select 'the row security of rempart.' || r.relation || ' is off'
from relations r
where not r.relrowsecurity
union all
select 'the trigger ' || e.name || ' on rempart.' || r.relation
    || case
        when t.oid is null then ' is missing'
        when t.tgenabled = 'D' then ' is disabled'
        when t.tgenabled <> 'A' then ' does not fire always'
        else ' is another one'
    end
from relations r
cross join expected e
left join pg_catalog.pg_trigger t on t.tgrelid = r.oid and t.tgname = e.name
left join pg_catalog.pg_proc p on p.oid = t.tgfoid and p.pronamespace = r.relnamespace
where t.oid is null
    or t.tgenabled <> 'A'
    or t.tgtype <> e.type
    or t.tgqual is not null
    or t.tgattr::text <> ''
    or p.proname is distinct from 'refuse_ledger_change'
order by 1
