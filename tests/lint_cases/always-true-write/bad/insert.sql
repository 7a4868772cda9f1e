-- found: any row may be inserted
create policy "Enable insert for authenticated users only" on public.stocks
  as permissive for insert to authenticated with check (true);
