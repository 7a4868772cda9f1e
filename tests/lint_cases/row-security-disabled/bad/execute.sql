-- found: in the constant text of an EXECUTE
do $$ begin execute 'alter table public.depots disable row level security'; end $$;
