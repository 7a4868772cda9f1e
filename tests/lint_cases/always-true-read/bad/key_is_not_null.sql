-- found: a key always has a value
create policy "Read" on public.stocks for select to authenticated using (id is not null);
