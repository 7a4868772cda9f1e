-- found: constants and the user are no columns of the row
create policy docs_delete on public.docs for delete to authenticated
  using (public.has_role(auth.uid(), 'admin'::public.app_role));
