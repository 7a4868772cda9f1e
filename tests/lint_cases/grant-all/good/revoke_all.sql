-- the first line of every policy file
revoke all on table public.depots from public, anon, authenticated;
