-- found: in a DO block
do $do$
begin
  create policy menu_read on public.menu_items for select to anon using (published);
exception when duplicate_object then null;
end
$do$;
