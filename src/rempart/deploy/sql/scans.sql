-- The tables that this transaction has read from end to end.
select s.relid
from pg_catalog.pg_stat_xact_user_tables s
where s.seq_scan > 0
