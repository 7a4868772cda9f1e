-- Reference data: any profile reads, admin writes.
alter table public.fournisseurs enable row level security;
revoke all on table public.fournisseurs from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.fournisseurs to authenticated;
grant select, insert, update, delete on table public.fournisseurs to service_role;

create policy fournisseurs_select_profil on public.fournisseurs
    for select to authenticated
    using ((select app.user_role() is not null));

create policy fournisseurs_insert_admin on public.fournisseurs
    for insert to authenticated
    with check ((select app.user_role() = 'admin'));

create policy fournisseurs_update_admin on public.fournisseurs
    for update to authenticated
    using ((select app.user_role() = 'admin'))
    with check ((select app.user_role() = 'admin'));

create policy fournisseurs_delete_admin on public.fournisseurs
    for delete to authenticated
    using ((select app.user_role() = 'admin'));
