-- found: a table of the exposed schema, and nothing more
create table public.invoices (id bigint generated always as identity primary key, amount numeric not null);
