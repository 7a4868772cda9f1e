-- not found: moved out of the exposed schema
create table public.invoices_archive (id uuid primary key);
create schema archive;
alter table public.invoices_archive set schema archive;
