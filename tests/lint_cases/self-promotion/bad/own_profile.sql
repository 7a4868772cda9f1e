-- found: users write their own profile whole, its role too
create table public.profiles (id uuid primary key, full_name text, role text not null default 'user');
alter table public.profiles enable row level security;
create policy "Users can update own profile." on public.profiles for update to authenticated
  using ((select auth.uid()) = id) with check ((select auth.uid()) = id);
