"""Movements of product: receptions, sorties, and the gaugings of tanks."""

from rempart.revisions import execute, refuse_data_loss

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute(
        """
create table public.receptions (
    id uuid not null default gen_random_uuid(),
    cours_de_route_id uuid,
    citerne_id uuid not null,
    produit_id uuid not null,
    partenaire_id uuid,
    index_avant double precision not null,
    index_apres double precision not null,
    volume_ambiant double precision,
    volume_observe double precision,
    volume_corrige_15c double precision,
    volume_15c double precision,
    temperature_ambiante_c double precision,
    densite_a_15 double precision,
    proprietaire_type text default 'MONALUXE',
    note text,
    statut text not null default 'validee',
    created_by uuid,
    validated_by uuid,
    -- No default: the day is the depot's, and current_date is the session's.
    date_reception date,
    created_at timestamptz default now(),
    constraint receptions_pkey primary key (id),
    constraint receptions_cours_de_route_id_fkey
        foreign key (cours_de_route_id) references public.cours_de_route (id),
    constraint receptions_citerne_id_fkey foreign key (citerne_id) references public.citernes (id),
    constraint receptions_produit_id_fkey foreign key (produit_id) references public.produits (id),
    constraint receptions_partenaire_id_fkey foreign key (partenaire_id) references public.partenaires (id),
    constraint receptions_created_by_fkey foreign key (created_by) references auth.users (id),
    constraint receptions_validated_by_fkey foreign key (validated_by) references auth.users (id),
    constraint receptions_index_check
        check (index_avant >= 0 and index_apres > index_avant and index_apres < 1e12),
    constraint receptions_volume_ambiant_check check (volume_ambiant > 0 and volume_ambiant < 1e12),
    constraint receptions_volume_observe_check check (volume_observe > 0 and volume_observe < 1e12),
    constraint receptions_volume_corrige_15c_check
        check (volume_corrige_15c > 0 and volume_corrige_15c < 1e12),
    constraint receptions_volume_15c_check check (volume_15c > 0 and volume_15c < 1e12),
    constraint receptions_temperature_ambiante_c_check
        check (temperature_ambiante_c > '-Infinity' and temperature_ambiante_c < 'Infinity'),
    constraint receptions_densite_a_15_check check (densite_a_15 > 0 and densite_a_15 < 'Infinity'),
    constraint receptions_proprietaire_type_check check (proprietaire_type in ('MONALUXE', 'PARTENAIRE')),
    constraint receptions_partenaire_check
        check (proprietaire_type is distinct from 'PARTENAIRE' or partenaire_id is not null),
    constraint receptions_statut_check check (statut in ('validee', 'rejetee')),
    constraint receptions_date_reception_check check (date_reception >= '1900-01-01' and date_reception < '3000-01-01'),
    constraint receptions_validee_check check (statut <> 'validee' or volume_ambiant is not null)
);

-- A truck is unloaded once; a rejected reception does not count.
create unique index receptions_cours_de_route_id_key
    on public.receptions (cours_de_route_id) where statut <> 'rejetee';
create index receptions_citerne_id_idx on public.receptions (citerne_id, date_reception);

create table public.sorties_produit (
    id uuid not null default gen_random_uuid(),
    citerne_id uuid not null,
    produit_id uuid not null,
    client_id uuid,
    partenaire_id uuid,
    index_avant double precision,
    index_apres double precision,
    volume_ambiant double precision,
    volume_corrige_15c double precision,
    temperature_ambiante_c double precision,
    densite_a_15 double precision,
    proprietaire_type text default 'MONALUXE',
    note text,
    statut text not null default 'validee',
    created_by uuid,
    validated_by uuid,
    date_sortie timestamptz,
    chauffeur_nom text,
    plaque_camion text,
    plaque_remorque text,
    transporteur text,
    created_at timestamptz default now(),
    volume_15c double precision,
    -- The day of date_sortie in the depot's zone, fixed when the sortie is validated: a later change of the
    -- depot's zone must not move history.
    date_jour date,
    constraint sorties_produit_pkey primary key (id),
    constraint sorties_produit_citerne_id_fkey foreign key (citerne_id) references public.citernes (id),
    constraint sorties_produit_produit_id_fkey foreign key (produit_id) references public.produits (id),
    constraint sorties_produit_client_id_fkey foreign key (client_id) references public.clients (id),
    constraint sorties_produit_partenaire_id_fkey foreign key (partenaire_id) references public.partenaires (id),
    constraint sorties_produit_created_by_fkey foreign key (created_by) references auth.users (id),
    constraint sorties_produit_validated_by_fkey foreign key (validated_by) references auth.users (id),
    constraint sorties_produit_beneficiaire_check check (client_id is not null or partenaire_id is not null),
    constraint sorties_produit_index_avant_check check (index_avant >= 0 and index_avant < 1e12),
    constraint sorties_produit_index_apres_check check (index_apres >= 0 and index_apres < 1e12),
    constraint sorties_produit_volume_ambiant_check check (volume_ambiant > 0 and volume_ambiant < 1e12),
    constraint sorties_produit_volume_corrige_15c_check
        check (volume_corrige_15c > 0 and volume_corrige_15c < 1e12),
    constraint sorties_produit_volume_15c_check check (volume_15c > 0 and volume_15c < 1e12),
    constraint sorties_produit_temperature_ambiante_c_check
        check (temperature_ambiante_c > '-Infinity' and temperature_ambiante_c < 'Infinity'),
    constraint sorties_produit_densite_a_15_check check (densite_a_15 > 0 and densite_a_15 < 'Infinity'),
    constraint sorties_produit_proprietaire_type_check check (proprietaire_type in ('MONALUXE', 'PARTENAIRE')),
    constraint sorties_produit_partenaire_check
        check (proprietaire_type is distinct from 'PARTENAIRE' or partenaire_id is not null),
    constraint sorties_produit_statut_check check (statut in ('brouillon', 'validee', 'rejetee')),
    constraint sorties_produit_date_sortie_check
        check (date_sortie >= '1900-01-01 00:00:00+00' and date_sortie < '3000-01-01 00:00:00+00')
);

create index sorties_produit_citerne_id_idx on public.sorties_produit (citerne_id, date_jour);

create table public.prises_de_hauteur (
    id uuid not null default gen_random_uuid(),
    citerne_id uuid,
    volume_mesure double precision not null,
    note text,
    created_at timestamptz default now(),
    constraint prises_de_hauteur_pkey primary key (id),
    constraint prises_de_hauteur_citerne_id_fkey foreign key (citerne_id) references public.citernes (id),
    constraint prises_de_hauteur_volume_mesure_check check (volume_mesure >= 0 and volume_mesure < 1e12)
);

create trigger trg_prises_de_hauteur_stamp
    before insert on public.prises_de_hauteur
    for each row execute function app.stamp_created_at();

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

-- Only a draft (brouillon) is edited or deleted, by its creator or a manager.
alter table public.sorties_produit enable row level security;
revoke all on table public.sorties_produit from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.sorties_produit to authenticated;
grant select, insert, update, delete on table public.sorties_produit to service_role;

create policy sorties_produit_select_cadres_or_depot on public.sorties_produit
    for select to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant', 'pca'))
        or citerne_id in (select c.id from app.user_citernes() c (id))
    );

create policy sorties_produit_insert_writers on public.sorties_produit
    for insert to authenticated
    with check (
        (select app.user_role() in ('admin', 'directeur', 'gerant'))
        or ((select app.user_role() = 'operateur') and citerne_id in (select c.id from app.user_citernes() c (id)))
    );

create policy sorties_produit_update_drafts on public.sorties_produit
    for update to authenticated
    using (
        statut = 'brouillon'
        and ((select app.user_role() in ('admin', 'directeur', 'gerant'))
            or ((select app.user_role() = 'operateur')
                and created_by = (select app.user_id())
                and citerne_id in (select c.id from app.user_citernes() c (id))))
    )
    with check (
        (select app.user_role() in ('admin', 'directeur', 'gerant'))
        or ((select app.user_role() = 'operateur') and citerne_id in (select c.id from app.user_citernes() c (id)))
    );

create policy sorties_produit_delete_drafts on public.sorties_produit
    for delete to authenticated
    using (
        statut = 'brouillon'
        and ((select app.user_role() in ('admin', 'directeur', 'gerant'))
            or ((select app.user_role() = 'operateur')
                and created_by = (select app.user_id())
                and citerne_id in (select c.id from app.user_citernes() c (id))))
    );

-- Measured once: no UPDATE, no DELETE.
alter table public.prises_de_hauteur enable row level security;
revoke all on table public.prises_de_hauteur from public, anon, authenticated, service_role;
grant select, insert on table public.prises_de_hauteur to authenticated;
grant select, insert on table public.prises_de_hauteur to service_role;

create policy prises_de_hauteur_select_cadres_or_depot on public.prises_de_hauteur
    for select to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant', 'pca'))
        or citerne_id in (select c.id from app.user_citernes() c (id))
    );

create policy prises_de_hauteur_insert_writers on public.prises_de_hauteur
    for insert to authenticated
    with check (
        (select app.user_role() in ('admin', 'directeur', 'gerant'))
        or ((select app.user_role() = 'operateur') and citerne_id in (select c.id from app.user_citernes() c (id)))
    );
"""
    )


def downgrade() -> None:
    refuse_data_loss("public.receptions", "public.sorties_produit", "public.prises_de_hauteur")
    execute(
        """
drop table public.prises_de_hauteur;
drop table public.sorties_produit;
drop table public.receptions;
"""
    )
