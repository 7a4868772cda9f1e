-- found: PUBLIC beside a role makes the role superfluous
create policy notes_read on public.notes for select to authenticated, public
  using (author_id = (select auth.uid()));
