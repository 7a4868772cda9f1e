-- the key, and what a later statement says
create table public.prices (product text, amount numeric, note text, primary key (product));
alter table public.prices alter column amount set not null;
alter table public.prices rename column amount to price;
alter table public.prices enable row level security;
create policy prices_read on public.prices for select to authenticated using (price is not null or product is not null);
