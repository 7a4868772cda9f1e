-- Written by the stock engine only.
alter table public.stocks_journaliers enable row level security;
revoke all on table public.stocks_journaliers from public, anon, authenticated, service_role;
grant select on table public.stocks_journaliers to authenticated;
grant select on table public.stocks_journaliers to service_role;

create policy stocks_journaliers_select_cadres_or_depot on public.stocks_journaliers
    for select to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant', 'pca'))
        or citerne_id in (select c.id from app.user_citernes() c (id))
    );
