-- found: ALL counts for SELECT too
create policy manage on public.docs for all to authenticated using (owner_id = (select auth.uid()));
create policy shared on public.docs for select to authenticated using (visibility = 'team');
