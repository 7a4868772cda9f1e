-- granted to users
create materialized view prive.totaux as select count(*) from public.receptions;
grant select on prive.totaux to authenticated;
