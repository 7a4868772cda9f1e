-- not found: docs asks members, and members asks nobody
create policy docs_read on public.docs for select to authenticated using (
  exists (select 1 from public.members m where m.team_id = docs.team_id and m.user_id = (select auth.uid()))
);
create policy members_read on public.members for select to authenticated using (user_id = (select auth.uid()));
