-- not found: current_user is never NULL
create policy docs_read on public.docs for select to authenticated
  using (current_user is null or owner_id = (select auth.uid()));
