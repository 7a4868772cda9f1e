-- not found: current_user is a keyword that costs nothing
create policy docs_read on public.docs for select to authenticated using (owner_name = current_user);
