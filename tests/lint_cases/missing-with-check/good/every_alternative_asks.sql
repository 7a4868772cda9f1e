-- not found: each alternative asks who it is
create policy notes_all on public.notes for all to authenticated
  using (
    author_id = (select auth.uid())
    or exists (select 1 from public.editors e where e.note_id = notes.id and e.user_id = (select auth.uid()))
  );
