-- Triggers that fire even while rows are loaded as a replica loads them.
select n.nspname::text, c.relname::text, t.tgname::text, t.tgenabled = 'A'
from pg_catalog.pg_trigger t
join pg_catalog.pg_class c on c.oid = t.tgrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where t.tgenabled in ('A', 'R') and not t.tgisinternal
order by 1, 2, 3
