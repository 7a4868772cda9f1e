-- found: the same data, read from the accounts
create policy docs_read on public.docs for select to authenticated
  using (exists (
    select 1 from auth.users u where u.id = (select auth.uid()) and u.raw_user_meta_data ->> 'role' = 'admin'
  ));
