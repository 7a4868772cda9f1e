-- Measured once: no UPDATE, no DELETE.
alter table public.prises_de_hauteur enable row level security;
revoke all on table public.prises_de_hauteur from public, anon, authenticated, service_role;
grant select, insert on table public.prises_de_hauteur to authenticated;
grant select, insert on table public.prises_de_hauteur to service_role;

create policy prises_de_hauteur_select_cadres_or_depot on public.prises_de_hauteur
    for select to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant', 'pca'))
        or citerne_id in (select c.id from app.user_citernes() c (id))
    );

create policy prises_de_hauteur_insert_writers on public.prises_de_hauteur
    for insert to authenticated
    with check (
        (select app.user_role() in ('admin', 'directeur', 'gerant'))
        or ((select app.user_role() = 'operateur') and citerne_id in (select c.id from app.user_citernes() c (id)))
    );
