-- found: in the constant text of an EXECUTE
do $$
begin
  execute 'create policy notes_own on public.notes for delete using (author_id = (select auth.uid()))';
end
$$;
