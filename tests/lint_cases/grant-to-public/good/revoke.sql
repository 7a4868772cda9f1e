-- taking from PUBLIC is fine
revoke all on table public.depots from public;
