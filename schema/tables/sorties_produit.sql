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
