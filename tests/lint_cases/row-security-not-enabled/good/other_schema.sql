-- not found: the schema is not exposed
create schema billing;
create table billing.invoices (id uuid primary key, amount numeric);
