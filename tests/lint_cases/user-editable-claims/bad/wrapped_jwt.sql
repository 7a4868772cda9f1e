-- found: the token in a sub-select of its own
create policy docs_read on public.docs for select to authenticated
  using (((select auth.jwt()) ->> 'user_metadata')::jsonb ->> 'plan' = 'pro');
