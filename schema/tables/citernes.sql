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
