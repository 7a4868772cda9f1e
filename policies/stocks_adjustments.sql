-- The correction of a validated movement: admin adds, nobody changes.
alter table public.stocks_adjustments enable row level security;
revoke all on table public.stocks_adjustments from public, anon, authenticated, service_role;
grant select, insert on table public.stocks_adjustments to authenticated;
grant select, insert on table public.stocks_adjustments to service_role;

create policy stocks_adjustments_select_cadres_or_depot on public.stocks_adjustments
    for select to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant', 'pca'))
        or citerne_id in (select c.id from app.user_citernes() c (id))
    );

create policy stocks_adjustments_insert_admin on public.stocks_adjustments
    for insert to authenticated
    with check ((select app.user_role() = 'admin'));
