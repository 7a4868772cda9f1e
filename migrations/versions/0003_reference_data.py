"""Reference data: products, clients, suppliers, partners, tanks."""

from rempart.revisions import execute, refuse_data_loss

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute(
        """
create table public.produits (
    id uuid not null default gen_random_uuid(),
    nom text not null,
    code text,
    description text,
    actif boolean default true,
    created_at timestamptz default now(),
    constraint produits_pkey primary key (id),
    constraint produits_nom_key unique (nom),
    constraint produits_code_key unique (code)
);

create table public.clients (
    id uuid not null default gen_random_uuid(),
    nom text not null,
    contact_personne text,
    email text,
    telephone text,
    adresse text,
    pays text,
    note_supplementaire text,
    created_at timestamptz default now(),
    constraint clients_pkey primary key (id),
    constraint clients_nom_key unique (nom)
);

create table public.fournisseurs (
    id uuid not null default gen_random_uuid(),
    nom text not null,
    contact_personne text,
    email text,
    telephone text,
    adresse text,
    pays text,
    note_supplementaire text,
    created_at timestamptz default now(),
    constraint fournisseurs_pkey primary key (id),
    constraint fournisseurs_nom_key unique (nom)
);

create table public.partenaires (
    id uuid not null default gen_random_uuid(),
    nom text not null,
    contact text,
    email text,
    telephone text,
    created_at timestamptz default now(),
    constraint partenaires_pkey primary key (id)
);

create table public.citernes (
    id uuid not null default gen_random_uuid(),
    depot_id uuid,
    nom text not null,
    capacite_totale double precision not null,
    capacite_securite double precision not null,
    localisation text not null,
    statut text default 'active',
    produit_id uuid not null,
    created_at timestamptz default now(),
    constraint citernes_pkey primary key (id),
    constraint citernes_depot_id_fkey foreign key (depot_id) references public.depots (id),
    constraint citernes_produit_id_fkey foreign key (produit_id) references public.produits (id),
    -- NaN sorts above every number, so an upper bound refuses it too. Figures below 1e12 keep their thousandths in
    -- double precision.
    constraint citernes_capacite_totale_check check (capacite_totale > 0 and capacite_totale < 1e12),
    constraint citernes_capacite_securite_check check (capacite_securite >= 0 and capacite_securite < 1e12),
    constraint citernes_statut_check check (statut in ('active', 'inactive', 'maintenance'))
);

-- The tanks of the depot this request's account is scoped to. A function rather than a sub-select in each policy:
-- the sub-select would run the policies of citernes again for every table that refers to a tank.
create function app.user_citernes() returns setof uuid
language sql stable parallel safe security definer set search_path = ''
as $$ select c.id from public.citernes c where c.depot_id = (select app.user_depot_id()) $$;
revoke all on function app.user_citernes() from public, anon, authenticated, service_role;
grant execute on function app.user_citernes() to authenticated;

create trigger trg_produits_stamp
    before insert or update on public.produits
    for each row execute function app.stamp_created_at();

create trigger trg_clients_stamp
    before insert or update on public.clients
    for each row execute function app.stamp_created_at();

create trigger trg_fournisseurs_stamp
    before insert or update on public.fournisseurs
    for each row execute function app.stamp_created_at();

create trigger trg_partenaires_stamp
    before insert or update on public.partenaires
    for each row execute function app.stamp_created_at();

create trigger trg_citernes_stamp
    before insert or update on public.citernes
    for each row execute function app.stamp_created_at();

-- Reference data: any profile reads, admin writes.
alter table public.produits enable row level security;
revoke all on table public.produits from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.produits to authenticated;
grant select, insert, update, delete on table public.produits to service_role;

create policy produits_select_profil on public.produits
    for select to authenticated
    using ((select app.user_role() is not null));

create policy produits_insert_admin on public.produits
    for insert to authenticated
    with check ((select app.user_role() = 'admin'));

create policy produits_update_admin on public.produits
    for update to authenticated
    using ((select app.user_role() = 'admin'))
    with check ((select app.user_role() = 'admin'));

create policy produits_delete_admin on public.produits
    for delete to authenticated
    using ((select app.user_role() = 'admin'));

-- Reference data: any profile reads, admin writes.
alter table public.clients enable row level security;
revoke all on table public.clients from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.clients to authenticated;
grant select, insert, update, delete on table public.clients to service_role;

create policy clients_select_profil on public.clients
    for select to authenticated
    using ((select app.user_role() is not null));

create policy clients_insert_admin on public.clients
    for insert to authenticated
    with check ((select app.user_role() = 'admin'));

create policy clients_update_admin on public.clients
    for update to authenticated
    using ((select app.user_role() = 'admin'))
    with check ((select app.user_role() = 'admin'));

create policy clients_delete_admin on public.clients
    for delete to authenticated
    using ((select app.user_role() = 'admin'));

-- Reference data: any profile reads, admin writes.
alter table public.fournisseurs enable row level security;
revoke all on table public.fournisseurs from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.fournisseurs to authenticated;
grant select, insert, update, delete on table public.fournisseurs to service_role;

create policy fournisseurs_select_profil on public.fournisseurs
    for select to authenticated
    using ((select app.user_role() is not null));

create policy fournisseurs_insert_admin on public.fournisseurs
    for insert to authenticated
    with check ((select app.user_role() = 'admin'));

create policy fournisseurs_update_admin on public.fournisseurs
    for update to authenticated
    using ((select app.user_role() = 'admin'))
    with check ((select app.user_role() = 'admin'));

create policy fournisseurs_delete_admin on public.fournisseurs
    for delete to authenticated
    using ((select app.user_role() = 'admin'));

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

-- Cadres read all, the others their depot.
alter table public.citernes enable row level security;
revoke all on table public.citernes from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.citernes to authenticated;
grant select, insert, update, delete on table public.citernes to service_role;

create policy citernes_select_cadres_or_depot on public.citernes
    for select to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant', 'pca'))
        or depot_id = (select app.user_depot_id())
    );

create policy citernes_insert_admin on public.citernes
    for insert to authenticated
    with check ((select app.user_role() = 'admin'));

create policy citernes_update_admin_directeur on public.citernes
    for update to authenticated
    using ((select app.user_role() in ('admin', 'directeur')))
    with check ((select app.user_role() in ('admin', 'directeur')));

create policy citernes_delete_admin on public.citernes
    for delete to authenticated
    using ((select app.user_role() = 'admin'));
"""
    )


def downgrade() -> None:
    refuse_data_loss(
        "public.citernes",
        "public.partenaires",
        "public.fournisseurs",
        "public.clients",
        "public.produits",
    )
    execute(
        """
drop table public.citernes;
drop table public.partenaires;
drop table public.fournisseurs;
drop table public.clients;
drop table public.produits;
drop function app.user_citernes();
"""
    )
