-- in the exposed schema
create materialized view public.totaux as select count(*) from public.receptions;
