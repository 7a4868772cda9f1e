-- found: storage is a schema of the platform, and its objects are exposed like a table
create policy "Avatar uploads" on storage.objects
  for insert with check (
    bucket_id = 'avatars' and (storage.foldername(name))[1] = (select auth.uid())::text
  );
