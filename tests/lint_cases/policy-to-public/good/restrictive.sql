-- not found: a restrictive policy TO public narrows for everybody
create policy mfa on public.notes as restrictive for all to public
  using ((select auth.jwt() ->> 'aal') = 'aal2');
