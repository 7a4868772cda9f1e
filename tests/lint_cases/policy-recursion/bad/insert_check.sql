-- found: the check reads the table, whose policy for reading has a sub-select
create policy members_read on public.members for select to authenticated using (user_id = (select auth.uid()));
create policy members_insert on public.members for insert to authenticated with check (
  (select count(*) from public.members m where m.team_id = members.team_id) < 10
);
