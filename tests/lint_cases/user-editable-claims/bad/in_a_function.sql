-- found: a function that the policy calls reads it
create function app.is_admin() returns boolean language sql stable security definer set search_path = ''
as $$ select coalesce(auth.jwt() -> 'user_metadata' ->> 'role', '') = 'admin' $$;
revoke all on function app.is_admin() from public;
create policy docs_read on public.docs for select to authenticated using ((select app.is_admin()));
