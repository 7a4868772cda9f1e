-- an ordinary trigger
create function app.archive() returns trigger language plpgsql security definer set search_path = ''
as $$ begin insert into public.journal values (new.id); return new; end $$;
create trigger archive after insert on public.notes for each row execute function app.archive();
