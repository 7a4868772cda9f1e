-- not found: an immutable function is evaluated when the query is planned
create function app.root_tenant() returns uuid language sql immutable parallel safe set search_path = ''
as $$ select '00000000-0000-0000-0000-000000000001'::uuid $$;
revoke all on function app.root_tenant() from public;
create policy docs_read on public.docs for select to authenticated using (tenant_id = app.root_tenant());
