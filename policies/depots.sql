-- Reference data: any profile reads, admin writes.
alter table public.depots enable row level security;
revoke all on table public.depots from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.depots to authenticated;
grant select, insert, update, delete on table public.depots to service_role;

create policy depots_select_profil on public.depots
    for select to authenticated
    using ((select app.user_role() is not null));

create policy depots_insert_admin on public.depots
    for insert to authenticated
    with check ((select app.user_role() = 'admin'));

create policy depots_update_admin on public.depots
    for update to authenticated
    using ((select app.user_role() = 'admin'))
    with check ((select app.user_role() = 'admin'));

create policy depots_delete_admin on public.depots
    for delete to authenticated
    using ((select app.user_role() = 'admin'));
