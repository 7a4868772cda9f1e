-- found: a view that runs with the rights of its caller
create view public.admins with (security_invoker = true) as select user_id from public.profils where role = 'admin';
create policy profils_read on public.profils for select to authenticated
  using ((select auth.uid()) in (select admins.user_id from public.admins));
