-- a column that is never NULL
create table public.prices (product text primary key, amount numeric not null, note text);
alter table public.prices enable row level security;
create policy prices_read on public.prices for select to authenticated using (amount is not null);
