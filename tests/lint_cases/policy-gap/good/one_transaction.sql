-- together
begin;
drop policy lecture on public.depots;
create policy lecture on public.depots for select to authenticated using (nom is not null);
commit;
