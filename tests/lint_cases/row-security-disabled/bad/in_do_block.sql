-- found: in a DO block, and under a condition
do $$
begin
  if exists (select 1 from pg_tables where tablename = 'depots') then
    alter table public.depots disable row level security;
  end if;
end
$$;
