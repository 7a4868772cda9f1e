-- found: IS NOT DISTINCT FROM, in a check
create policy docs_insert on public.docs for insert to authenticated with check (
  exists (select 1 from public.members m where m.team_id is not distinct from team_id and m.user_id = (select auth.uid()))
);
