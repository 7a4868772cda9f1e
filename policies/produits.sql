-- Reference data: any profile reads, admin writes.
alter table public.produits enable row level security;
revoke all on table public.produits from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.produits to authenticated;
grant select, insert, update, delete on table public.produits to service_role;

create policy produits_select_profil on public.produits
    for select to authenticated
    using ((select app.user_role() is not null));

create policy produits_insert_admin on public.produits
    for insert to authenticated
    with check ((select app.user_role() = 'admin'));

create policy produits_update_admin on public.produits
    for update to authenticated
    using ((select app.user_role() = 'admin'))
    with check ((select app.user_role() = 'admin'));

create policy produits_delete_admin on public.produits
    for delete to authenticated
    using ((select app.user_role() = 'admin'));
