-- not found: it is renamed after it was enabled
create table public.invoice (id uuid primary key, owner_id uuid);
alter table public.invoice enable row level security;
alter table public.invoice rename to invoices;
create policy invoices_read on public.invoices for select to authenticated using (owner_id = (select auth.uid()));
