-- not found: the function is given the name of the object
create policy "Own folder" on storage.objects for select to authenticated
  using (bucket_id = 'private' and (storage.foldername(name))[1] = (select auth.uid())::text);
