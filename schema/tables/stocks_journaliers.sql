-- One row a day and stock line: the balance at the end of that day, not the day's movement.
create table public.stocks_journaliers (
    id uuid not null default gen_random_uuid(),
    citerne_id uuid,
    produit_id uuid,
    date_jour date not null,
    stock_ambiant double precision not null,
    stock_15c double precision not null,
    proprietaire_type text default 'MONALUXE',
    depot_id uuid,
    source text default 'SYSTEM',
    updated_at timestamptz default now(),
    created_at timestamptz default now(),
    constraint stocks_journaliers_pkey primary key (id),
    constraint stocks_journaliers_ligne_jour_key unique (citerne_id, produit_id, date_jour, proprietaire_type),
    constraint stocks_journaliers_citerne_id_fkey foreign key (citerne_id) references public.citernes (id),
    constraint stocks_journaliers_produit_id_fkey foreign key (produit_id) references public.produits (id),
    constraint stocks_journaliers_stock_check
        check (stock_ambiant > -1e12 and stock_ambiant < 1e12
            and stock_15c > -1e12 and stock_15c < 1e12),
    constraint stocks_journaliers_proprietaire_type_check check (proprietaire_type in ('MONALUXE', 'PARTENAIRE')),
    constraint stocks_journaliers_source_check check (source in ('SYSTEM', 'RECEPTION', 'SORTIE', 'REBUILD'))
);
