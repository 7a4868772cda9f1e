-- not found: gone at the end
create table public.invoices_old (id uuid primary key);
drop table public.invoices_old;
