-- not found: Postgres looks for recursion only where policies have sub-selects; that for reading has none
create policy items_read on public.items for select to authenticated using (listed);
create policy items_insert on public.items for insert to authenticated with check (
  owner_id = (select auth.uid()) and not exists (select 1 from public.items i where i.code = items.code)
);
