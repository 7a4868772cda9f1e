-- Written by the stock engine only.
alter table public.stocks_ouverture enable row level security;
revoke all on table public.stocks_ouverture from public, anon, authenticated, service_role;
grant select on table public.stocks_ouverture to authenticated;
grant select on table public.stocks_ouverture to service_role;

create policy stocks_ouverture_select_cadres_or_depot on public.stocks_ouverture
    for select to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant', 'pca'))
        or citerne_id in (select c.id from app.user_citernes() c (id))
    );
