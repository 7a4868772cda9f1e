-- Written by the engine only.
alter table public.log_actions enable row level security;
revoke all on table public.log_actions from public, anon, authenticated, service_role;
grant select on table public.log_actions to authenticated;
grant select on table public.log_actions to service_role;

create policy log_actions_select_admin_directeur_pca on public.log_actions
    for select to authenticated
    using ((select app.user_role() in ('admin', 'directeur', 'pca')));
