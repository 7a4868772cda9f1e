-- the same in PL/pgSQL
create function app.f() returns void language plpgsql security definer set search_path = ''
as $$ begin if true then delete from brouillons; end if; end $$;
