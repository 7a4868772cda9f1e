-- A backup takes as long as it takes; a filter of row security is an error; nothing of the session tells on the names.
select pg_catalog.set_config(s.name, case s.name when 'row_security' then 'off' when 'search_path' then '' else '0' end, false)
from pg_catalog.pg_settings s
where s.name in ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout', 'row_security', 'search_path')
