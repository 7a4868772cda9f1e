-- another policy
begin;
drop policy lecture on public.depots;
commit;
create policy consultation on public.depots for select to authenticated using (nom is not null);
