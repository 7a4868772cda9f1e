-- found: profils is read to decide who reads profils
create policy profils_admin on public.profils for select to authenticated using (
  exists (select 1 from public.profils p where p.user_id = (select auth.uid()) and p.role = 'admin')
);
