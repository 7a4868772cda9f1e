-- found: FORCE alone enables nothing
create table public.invoices (id uuid primary key, amount numeric);
alter table public.invoices force row level security;
