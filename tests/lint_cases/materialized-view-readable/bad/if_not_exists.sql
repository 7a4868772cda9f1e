-- another spelling
create materialized view if not exists public."Totaux" as select 1 as n with no data;
