-- found: the dashboard's template has no TO clause, so anon is meant too
create policy "Users can view their own profile." on public.profiles
  for select using ( (select auth.uid()) = id );
