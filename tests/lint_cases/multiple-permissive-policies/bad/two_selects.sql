-- found: two policies for the same
create policy own on public.docs for select to authenticated using (owner_id = (select auth.uid()));
create policy shared on public.docs for select to authenticated using (visibility = 'team');
