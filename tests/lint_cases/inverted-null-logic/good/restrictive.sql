-- not found: a restrictive policy opens nothing
create policy docs_mfa on public.docs as restrictive for select to authenticated
  using ((select auth.uid()) is null or (select auth.jwt() ->> 'aal') = 'aal2');
