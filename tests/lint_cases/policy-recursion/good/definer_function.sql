-- not found: the function reads as its owner, who is not subject to the policies
create function app.is_admin() returns boolean language sql stable security definer set search_path = ''
as $$ select exists (select 1 from public.profils p where p.user_id = (select auth.uid()) and p.role = 'admin') $$;
revoke all on function app.is_admin() from public;
create policy profils_admin on public.profils for select to authenticated using ((select app.is_admin()));
