-- The option is taken away; the privilege stays.
revoke grant option for select on public.notes from authenticated;
