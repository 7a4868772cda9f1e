-- not found: a trigger refuses another role
create table public.profiles (id uuid primary key, full_name text, role text);
alter table public.profiles enable row level security;
create function app.keep_role() returns trigger language plpgsql security definer set search_path = ''
as $$
begin
  if new.role is distinct from old.role then
    raise exception 'the role is not changed here';
  end if;
  return new;
end
$$;
revoke all on function app.keep_role() from public;
create trigger keep_role before update on public.profiles for each row execute function app.keep_role();
create policy profiles_update on public.profiles for update to authenticated using (id = (select auth.uid()));
