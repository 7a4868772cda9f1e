-- found: the search path says public
set search_path = public, extensions;
create table invoices (id uuid primary key, amount numeric);
