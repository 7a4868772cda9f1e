-- found: the function needs the column, its other argument does not
create policy docs_read on public.docs for select to authenticated using (app.may_read(id, auth.uid()));
