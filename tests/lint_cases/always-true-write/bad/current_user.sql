-- the role that every request of a user runs as
create policy p on public.stocks for insert to authenticated with check (current_user = 'authenticated');
