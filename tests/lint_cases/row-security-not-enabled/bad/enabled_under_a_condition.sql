-- found: it is enabled only if a setting says so
create table public.invoices (id uuid primary key, amount numeric);
do $$
begin
  if current_setting('app.stage', true) = 'production' then
    alter table public.invoices enable row level security;
  end if;
end
$$;
