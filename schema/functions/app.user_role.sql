-- The role of this request's account, NULL without a profile. Reads profils as its owner: a policy on profils
-- that read profils as the user would recurse.
create function app.user_role() returns text
language sql stable parallel safe security definer set search_path = ''
as $$ select p.role from public.profils p where p.user_id = (select auth.uid()) $$;
revoke all on function app.user_role() from public, anon, authenticated, service_role;
grant execute on function app.user_role() to authenticated, service_role;
