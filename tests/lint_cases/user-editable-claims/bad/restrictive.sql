-- found: a restriction that users lift themselves
create policy docs_floor on public.docs as restrictive for select to authenticated
  using ((select auth.jwt() -> 'user_metadata' ->> 'verified') = 'true');
