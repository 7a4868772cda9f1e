-- not found: a row of that name in a table of settings
create policy settings_read on public.settings for select to authenticated
  using (owner_id = (select auth.uid()) and key <> 'user_metadata');
