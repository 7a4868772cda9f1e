-- found: behind a join
create policy docs_read on public.docs for select to authenticated using (
  exists (
    select 1
    from public.members m
    join public.teams t on t.id = m.team_id
    where t.org_id = org_id and m.user_id = (select auth.uid())
  )
);
