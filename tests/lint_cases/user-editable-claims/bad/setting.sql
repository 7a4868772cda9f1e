-- found: the token read from the setting, in a check
create policy docs_insert on public.docs for insert to authenticated
  with check ((select (current_setting($$request.jwt.claims$$, true)::json -> 'user_metadata' ->> 'admin')::boolean));
