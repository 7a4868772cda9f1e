-- The tanks of the depot this request's account is scoped to. A function rather than a sub-select in each policy:
-- the sub-select would run the policies of citernes again for every table that refers to a tank.
create function app.user_citernes() returns setof uuid
language sql stable parallel safe security definer set search_path = ''
as $$ select c.id from public.citernes c where c.depot_id = (select app.user_depot_id()) $$;
revoke all on function app.user_citernes() from public, anon, authenticated, service_role;
grant execute on function app.user_citernes() to authenticated;
