-- found: the same in PL/pgSQL, behind a second function
create function app.role_of(p uuid) returns text language plpgsql stable set search_path = public, pg_temp
as $$ declare r text; begin select role into r from profils where user_id = p; return r; end $$;
create function app.my_role() returns text language plpgsql stable set search_path = ''
as $$ begin return app.role_of(auth.uid()); end $$;
create policy profils_read on public.profils for select to authenticated using ((select app.my_role()) = 'admin');
