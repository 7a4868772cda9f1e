-- a restrictive policy is away
begin;
drop policy plafond on public.depots;
commit;
begin;
create policy plafond on public.depots as restrictive for select to authenticated using (nom is not null);
commit;
