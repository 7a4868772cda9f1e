-- not found: a restrictive policy takes from anon
create policy no_anon on public.menu_items as restrictive for all to anon using (false);
