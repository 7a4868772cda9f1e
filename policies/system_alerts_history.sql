-- One row a transition, written by its trigger only.
alter table public.system_alerts_history enable row level security;
revoke all on table public.system_alerts_history from public, anon, authenticated, service_role;
grant select on table public.system_alerts_history to authenticated;
grant select on table public.system_alerts_history to service_role;

create policy system_alerts_history_select_admin_directeur_pca on public.system_alerts_history
    for select to authenticated
    using ((select app.user_role() in ('admin', 'directeur', 'pca')));
