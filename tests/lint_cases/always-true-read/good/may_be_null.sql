-- not found: each of them may be NULL, whatever it was before
create table public.prices (product text primary key, amount numeric not null, note text, old text, constraint old_said not null old);
alter table public.prices alter column amount drop not null;
alter table public.prices drop column old;
alter table public.prices add column old text;
alter table public.prices enable row level security;
create policy prices_read on public.prices for select to authenticated
    using (amount is not null and (note is not null or old is not null));
