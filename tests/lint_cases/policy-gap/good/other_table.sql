-- another table
begin;
drop policy lecture on public.depots;
commit;
create policy lecture on public.clients for select to authenticated using (nom is not null);
