-- taken away
revoke truncate on table public.receptions from authenticated;
