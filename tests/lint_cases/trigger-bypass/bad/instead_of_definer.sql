-- a trigger of a view, as a definer
create view public.v_notes with (security_invoker = on) as select id from public.notes;
create function app.ecrire() returns trigger language plpgsql security definer set search_path = ''
as $$ begin insert into public.notes values (new.id); return new; end $$;
create trigger ecrire instead of insert on public.v_notes for each row execute function app.ecrire();
