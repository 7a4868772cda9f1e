-- found: a helper that is given nothing of the row
create function app.is_admin() returns boolean language sql stable security definer set search_path = ''
as $$ select exists (select 1 from app.admins a where a.user_id = (select auth.uid())) $$;
revoke all on function app.is_admin() from public;
create policy docs_read on public.docs for select to authenticated using (app.is_admin());
