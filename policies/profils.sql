-- Cadres read all, the others their own row; admin writes, and trg_profils_guard_own keeps his own role and depot.
alter table public.profils enable row level security;
revoke all on table public.profils from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.profils to authenticated;
grant select, insert, update, delete on table public.profils to service_role;

create policy profils_select_cadres_or_own on public.profils
    for select to authenticated
    using (
        coalesce(user_id, '00000000-0000-0000-0000-000000000000'::uuid)
            between (select app.user_accounts_from()) and (select app.user_accounts_to())
    );

create policy profils_insert_admin on public.profils
    for insert to authenticated
    with check ((select app.user_role() = 'admin'));

create policy profils_update_admin on public.profils
    for update to authenticated
    using ((select app.user_role() = 'admin'))
    with check ((select app.user_role() = 'admin'));

create policy profils_delete_admin_not_own on public.profils
    for delete to authenticated
    using ((select app.user_role() = 'admin') and user_id is distinct from (select app.user_id()));
