-- taken from users
create materialized view public.totaux as select count(*) from public.receptions;
revoke all on table public.totaux from public, anon, authenticated;
