-- A validated reception is never changed: no UPDATE, no DELETE.
alter table public.receptions enable row level security;
revoke all on table public.receptions from public, anon, authenticated, service_role;
grant select, insert on table public.receptions to authenticated;
grant select, insert on table public.receptions to service_role;

create policy receptions_select_cadres_or_depot on public.receptions
    for select to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant', 'pca'))
        or citerne_id in (select c.id from app.user_citernes() c (id))
    );

create policy receptions_insert_writers on public.receptions
    for insert to authenticated
    with check (
        (select app.user_role() in ('admin', 'directeur', 'gerant'))
        or (
            (select app.user_role() = 'operateur') and citerne_id in (select c.id from app.user_citernes() c (id))
            -- Only a trip he sees: a reception closes it.
            and (cours_de_route_id is null or cours_de_route_id in (select t.id from public.cours_de_route t))
        )
    );
