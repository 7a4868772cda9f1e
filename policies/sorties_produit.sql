-- Only a draft (brouillon) is edited or deleted, by its creator or a manager.
alter table public.sorties_produit enable row level security;
revoke all on table public.sorties_produit from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.sorties_produit to authenticated;
grant select, insert, update, delete on table public.sorties_produit to service_role;

create policy sorties_produit_select_cadres_or_depot on public.sorties_produit
    for select to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant', 'pca'))
        or citerne_id in (select c.id from app.user_citernes() c (id))
    );

create policy sorties_produit_insert_writers on public.sorties_produit
    for insert to authenticated
    with check (
        (select app.user_role() in ('admin', 'directeur', 'gerant'))
        or ((select app.user_role() = 'operateur') and citerne_id in (select c.id from app.user_citernes() c (id)))
    );

create policy sorties_produit_update_drafts on public.sorties_produit
    for update to authenticated
    using (
        statut = 'brouillon'
        and ((select app.user_role() in ('admin', 'directeur', 'gerant'))
            or ((select app.user_role() = 'operateur')
                and created_by = (select app.user_id())
                and citerne_id in (select c.id from app.user_citernes() c (id))))
    )
    with check (
        (select app.user_role() in ('admin', 'directeur', 'gerant'))
        or ((select app.user_role() = 'operateur') and citerne_id in (select c.id from app.user_citernes() c (id)))
    );

create policy sorties_produit_delete_drafts on public.sorties_produit
    for delete to authenticated
    using (
        statut = 'brouillon'
        and ((select app.user_role() in ('admin', 'directeur', 'gerant'))
            or ((select app.user_role() = 'operateur')
                and created_by = (select app.user_id())
                and citerne_id in (select c.id from app.user_citernes() c (id))))
    );
