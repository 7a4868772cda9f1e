-- not found: a table of the same name in another schema
create policy profils_read on public.profils for select to authenticated using (
  exists (select 1 from archive.profils p where p.user_id = (select auth.uid()))
);
