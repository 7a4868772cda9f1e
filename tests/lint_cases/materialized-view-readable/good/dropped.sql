-- gone
create materialized view public.totaux as select count(*) from public.receptions;
drop materialized view public.totaux;
