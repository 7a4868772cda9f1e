-- not found: enabled in a DO block that always runs
create table public.invoices (id uuid primary key, owner_id uuid);
do $$
begin
  alter table public.invoices enable row level security;
end
$$;
create policy invoices_read on public.invoices for select to authenticated using (owner_id = (select auth.uid()));
