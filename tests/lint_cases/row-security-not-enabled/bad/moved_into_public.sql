-- found: created elsewhere, moved into the exposed schema
create table staging.invoices (id uuid primary key, amount numeric);
alter table staging.invoices set schema public;
