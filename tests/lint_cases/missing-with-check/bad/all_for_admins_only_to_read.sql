-- found: only admins read and change, but every user may insert
create policy settings_all on public.settings for all to authenticated
  using ((select app.user_role()) = 'admin') with check (key is not null);
