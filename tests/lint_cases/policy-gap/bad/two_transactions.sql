-- committed in between
begin;
drop policy lecture on public.depots;
commit;
begin;
create policy lecture on public.depots for select to authenticated using (nom is not null);
commit;
