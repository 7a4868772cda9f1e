-- The current figure of a stock line, before adjustments.
create table public.stocks_snapshot (
    id uuid not null default gen_random_uuid(),
    citerne_id uuid not null,
    produit_id uuid not null,
    proprietaire_type text not null,
    depot_id uuid,
    stock_ambiant double precision not null default 0,
    stock_15c double precision not null default 0,
    last_movement_at timestamptz not null default now(),
    updated_at timestamptz default now(),
    created_at timestamptz default now(),
    constraint stocks_snapshot_pkey primary key (id),
    constraint stocks_snapshot_ligne_key unique (citerne_id, produit_id, proprietaire_type),
    constraint stocks_snapshot_citerne_id_fkey foreign key (citerne_id) references public.citernes (id),
    constraint stocks_snapshot_produit_id_fkey foreign key (produit_id) references public.produits (id),
    constraint stocks_snapshot_depot_id_fkey foreign key (depot_id) references public.depots (id),
    constraint stocks_snapshot_stock_check
        check (stock_ambiant > -1e12 and stock_ambiant < 1e12
            and stock_15c > -1e12 and stock_15c < 1e12),
    constraint stocks_snapshot_proprietaire_type_check check (proprietaire_type in ('MONALUXE', 'PARTENAIRE'))
);
