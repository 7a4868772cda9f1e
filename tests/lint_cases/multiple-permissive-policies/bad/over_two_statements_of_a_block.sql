-- found: in a DO block, quoted names
do $$
begin
  create policy "Own docs" on public."Docs" for insert to authenticated with check ("ownerId" = (select auth.uid()));
  create policy "Team docs" on public."Docs" for insert to authenticated with check ("teamId" in (select app.my_teams()));
end
$$;
