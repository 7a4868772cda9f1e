-- The depot this request's account is scoped to; NULL scopes to nothing.
create function app.user_depot_id() returns uuid
language sql stable parallel safe security definer set search_path = ''
as $$ select p.depot_id from public.profils p where p.user_id = (select auth.uid()) $$;
revoke all on function app.user_depot_id() from public, anon, authenticated, service_role;
grant execute on function app.user_depot_id() to authenticated;
