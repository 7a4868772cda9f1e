-- not found: every user, but users only
create policy countries_read on public.countries for select to authenticated using ((select auth.uid()) is not null);
