-- Reference data: any profile reads, admin writes.
alter table public.clients enable row level security;
revoke all on table public.clients from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.clients to authenticated;
grant select, insert, update, delete on table public.clients to service_role;

create policy clients_select_profil on public.clients
    for select to authenticated
    using ((select app.user_role() is not null));

create policy clients_insert_admin on public.clients
    for insert to authenticated
    with check ((select app.user_role() = 'admin'));

create policy clients_update_admin on public.clients
    for update to authenticated
    using ((select app.user_role() = 'admin'))
    with check ((select app.user_role() = 'admin'));

create policy clients_delete_admin on public.clients
    for delete to authenticated
    using ((select app.user_role() = 'admin'));
