-- Cadres read all, the others their depot; the statut only moves forward (trg_cours_de_route_statut).
alter table public.cours_de_route enable row level security;
revoke all on table public.cours_de_route from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.cours_de_route to authenticated;
grant select, insert, update, delete on table public.cours_de_route to service_role;

create policy cours_de_route_select_cadres_or_depot on public.cours_de_route
    for select to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant', 'pca'))
        or depot_destination_id = (select app.user_depot_id())
    );

create policy cours_de_route_insert_writers on public.cours_de_route
    for insert to authenticated
    with check (
        statut <> 'DECHARGE'
        and ((select app.user_role() in ('admin', 'directeur', 'gerant'))
            or ((select app.user_role() = 'operateur') and depot_destination_id = (select app.user_depot_id())))
    );

create policy cours_de_route_update_writers on public.cours_de_route
    for update to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant'))
        or ((select app.user_role() = 'operateur') and depot_destination_id = (select app.user_depot_id()))
    )
    with check (
        (select app.user_role() in ('admin', 'directeur', 'gerant'))
        or ((select app.user_role() = 'operateur') and depot_destination_id = (select app.user_depot_id()))
    );

create policy cours_de_route_delete_admin on public.cours_de_route
    for delete to authenticated
    using ((select app.user_role() = 'admin'));
