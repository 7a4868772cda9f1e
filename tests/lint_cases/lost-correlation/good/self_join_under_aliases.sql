-- not found: two aliases of one table
create policy docs_read on public.docs for select to authenticated using (
  exists (
    select 1
    from public.members mine
    join public.members theirs on theirs.team_id = mine.team_id
    where mine.user_id = (select auth.uid()) and theirs.user_id = docs.owner_id
  )
);
