select 'pg_collation'::regclass::oid, c.oid, 0, n.nspname, c.collname, '', pg_get_userbyid(c.collowner),
    c.collprovider::text, c.collisdeterministic,
    coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', c.collcollate),
    c.collctype
from pg_collation c
join pg_namespace n on n.oid = c.collnamespace
where c.oid >= 16384 and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e where e.classid = 'pg_collation'::regclass and e.objid = c.oid and e.deptype = 'e'
    )
