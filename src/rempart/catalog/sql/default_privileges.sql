-- What a role's new objects of a kind grant; without a schema the whole default, in a schema what is added to it.
select 'pg_default_acl'::regclass::oid, d.oid, 0,
    coalesce(n.nspname, ''), pg_get_userbyid(d.defaclrole),
    case d.defaclobjtype
        when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types'
        when 'n' then 'schemas' when 'L' then 'large objects' else d.defaclobjtype::text
    end,
    null,
    case when d.defaclnamespace <> 0 then '{}'
        else acldefault(case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end, d.defaclrole)::text[]
    end
from pg_default_acl d
left join pg_namespace n on n.oid = d.defaclnamespace
