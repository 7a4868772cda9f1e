-- found: a grant to authenticated opens all rows
-- also: grant-before-row-security
create table public.invoices (id uuid primary key, amount numeric);
revoke all on public.invoices from public, anon, authenticated;
grant select on public.invoices to authenticated;
