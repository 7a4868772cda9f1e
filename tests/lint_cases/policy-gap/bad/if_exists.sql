-- the usual idiom, split
begin;
drop policy if exists "Lecture des dépôts" on depots;
commit;
create policy "Lecture des dépôts" on public.depots for select to authenticated using (nom is not null);
