select 'pg_extension'::regclass::oid, e.oid, 0, '', e.extname, '', null, n.nspname, e.extversion
from pg_extension e
join pg_namespace n on n.oid = e.extnamespace
where e.extname <> 'plpgsql'
