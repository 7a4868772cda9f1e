-- found: it permits nothing, where everybody reads that it permits something
create policy notes_insert on public.notes for insert to authenticated;
