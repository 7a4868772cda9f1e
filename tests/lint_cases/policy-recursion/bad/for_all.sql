-- found: FOR ALL is for reading too; the name has no schema
create policy members_manage on members for all to authenticated using (
  exists (select 1 from "members" as m where m.team_id = members.team_id and m.user_id = (select auth.uid()) and m.role = 'owner')
);
