create table public.cours_de_route (
    id uuid not null default gen_random_uuid(),
    fournisseur_id uuid,
    depot_destination_id uuid,
    produit_id uuid,
    plaque_camion text not null,
    plaque_remorque text,
    chauffeur_nom text,
    transporteur text,
    depart_pays text,
    date_chargement date not null,
    volume numeric,
    statut text default 'CHARGEMENT',
    note text,
    created_at timestamptz default now(),
    arrive_at timestamptz,
    constraint cours_de_route_pkey primary key (id),
    constraint cours_de_route_fournisseur_id_fkey
        foreign key (fournisseur_id) references public.fournisseurs (id),
    constraint cours_de_route_depot_destination_id_fkey
        foreign key (depot_destination_id) references public.depots (id),
    constraint cours_de_route_produit_id_fkey foreign key (produit_id) references public.produits (id),
    constraint cours_de_route_volume_check check (volume >= 0 and volume < 'Infinity'),
    constraint cours_de_route_statut_check
        check (statut in ('CHARGEMENT', 'TRANSIT', 'FRONTIERE', 'ARRIVE', 'DECHARGE'))
);

-- A truck makes one trip at a time.
create unique index cours_de_route_plaque_camion_ouvert_key
    on public.cours_de_route (plaque_camion) where statut <> 'DECHARGE';
