-- not found: the function reads nothing, it is given the columns
create function app.may_see(p_owner uuid, p_public boolean) returns boolean language sql stable set search_path = ''
as $$ select p_public or p_owner = (select auth.uid()) $$;
create policy docs_read on public.docs for select to authenticated using (app.may_see(owner_id, is_public));
