-- nobody can call a trigger function
create function public.journal() returns trigger language plpgsql security definer set search_path = ''
as $$ begin insert into public.log_actions (action) values ('x'); return new; end $$;
