-- Reference data: any profile reads, admin writes.
alter table public.partenaires enable row level security;
revoke all on table public.partenaires from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.partenaires to authenticated;
grant select, insert, update, delete on table public.partenaires to service_role;

create policy partenaires_select_profil on public.partenaires
    for select to authenticated
    using ((select app.user_role() is not null));

create policy partenaires_insert_admin on public.partenaires
    for insert to authenticated
    with check ((select app.user_role() = 'admin'));

create policy partenaires_update_admin on public.partenaires
    for update to authenticated
    using ((select app.user_role() = 'admin'))
    with check ((select app.user_role() = 'admin'));

create policy partenaires_delete_admin on public.partenaires
    for delete to authenticated
    using ((select app.user_role() = 'admin'));
