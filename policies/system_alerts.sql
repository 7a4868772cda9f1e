-- Users hold UPDATE on status alone: any other column is refused, not corrected.
alter table public.system_alerts enable row level security;
revoke all on table public.system_alerts from public, anon, authenticated, service_role;
grant select, update (status) on table public.system_alerts to authenticated;
grant select on table public.system_alerts to service_role;

create policy system_alerts_select_authenticated on public.system_alerts
    for select to authenticated
    using ((select app.user_role() in ('admin', 'directeur', 'pca')));

create policy system_alerts_update_admin_directeur on public.system_alerts
    for update to authenticated
    using ((select app.user_role() in ('admin', 'directeur')))
    with check ((select app.user_role() in ('admin', 'directeur')));
