-- Each time in one transaction.
begin;
drop policy if exists lecture on public.depots;
create policy lecture on public.depots for select to authenticated using (nom is not null);
commit;
begin;
drop policy lecture on public.depots;
create policy lecture on public.depots for select to authenticated using (nom <> '');
commit;
