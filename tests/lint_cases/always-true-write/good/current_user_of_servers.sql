-- no request of a user runs as that role
create policy p on public.stocks for insert to authenticated with check (current_user = 'depot_owner');
