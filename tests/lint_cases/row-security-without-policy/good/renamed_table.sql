-- not found: the policy came before the new name
create table public.commandes (id uuid primary key, owner_id uuid);
alter table public.commandes enable row level security;
create policy lecture on public.commandes for select to authenticated using (owner_id = (select auth.uid()));
alter table public.commandes rename to orders;
