-- found: a policy created in a DO block, only when it is not there yet
do $$
begin
  if not exists (select 1 from pg_policies where tablename = 'notes' and policyname = 'notes_own') then
    create policy notes_own on public.notes for select
      using (author_id = (select auth.uid()));
  end if;
end
$$;
