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
