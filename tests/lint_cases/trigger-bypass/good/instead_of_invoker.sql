-- with the caller's rights
create view public.v_notes with (security_invoker = on) as select id from public.notes;
create function app.ecrire() returns trigger language plpgsql security invoker set search_path = ''
as $$ begin insert into public.notes values (new.id); return new; end $$;
create trigger ecrire instead of insert on public.v_notes for each row execute function app.ecrire();
