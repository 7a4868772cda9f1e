-- Cadres read all, the others their depot.
alter table public.citernes enable row level security;
revoke all on table public.citernes from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.citernes to authenticated;
grant select, insert, update, delete on table public.citernes to service_role;

create policy citernes_select_cadres_or_depot on public.citernes
    for select to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant', 'pca'))
        or depot_id = (select app.user_depot_id())
    );

create policy citernes_insert_admin on public.citernes
    for insert to authenticated
    with check ((select app.user_role() = 'admin'));

create policy citernes_update_admin_directeur on public.citernes
    for update to authenticated
    using ((select app.user_role() in ('admin', 'directeur')))
    with check ((select app.user_role() in ('admin', 'directeur')));

create policy citernes_delete_admin on public.citernes
    for delete to authenticated
    using ((select app.user_role() = 'admin'));
