-- not exposed
create materialized view prive.totaux as select count(*) from public.receptions;
