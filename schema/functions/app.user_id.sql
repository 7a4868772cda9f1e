-- The account of this request. PARALLEL SAFE, which the platform's own function does not say: a policy that
-- calls an unsafe function forbids parallel plans on its table.
create function app.user_id() returns uuid
language sql stable parallel safe security definer set search_path = ''
as $$ select auth.uid() $$;
revoke all on function app.user_id() from public, anon, authenticated, service_role;
grant execute on function app.user_id() to authenticated;
