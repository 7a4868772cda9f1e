-- not found: a name copied into the profile decides nothing
create function app.handle_new_user() returns trigger language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.profiles (id, full_name) values (new.id, new.raw_user_meta_data ->> 'full_name');
  return new;
end
$$;
revoke all on function app.handle_new_user() from public;
create policy docs_read on public.docs for select to authenticated using (owner_id = (select auth.uid()));
