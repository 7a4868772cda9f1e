-- found: a function defined elsewhere, not one of Postgres
create policy docs_delete on public.docs for delete to authenticated using (is_claims_admin());
