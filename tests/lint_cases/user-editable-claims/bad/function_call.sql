-- found: through a function of json
create policy docs_read on public.docs for select to authenticated
  using ((select jsonb_extract_path_text(auth.jwt(), 'user_metadata', 'role')) = 'admin');
