select p.prosrc
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where n.nspname = 'rempart' and p.proname = 'refuse_ledger_change' and p.pronargs = 0
