-- A WITH query that writes has a WITH query of its own: nothing to tell of, and nothing breaks.
create policy notes_read on public.notes for select to authenticated using (
    author_id = (select auth.uid())
    and exists (with a as (with b as (select 1) insert into prive.seen select * from b returning 1) select from a)
);
