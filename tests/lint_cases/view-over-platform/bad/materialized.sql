-- copied
-- also: materialized-view-readable
create materialized view public.comptes as select count(*) as n from auth.users;
