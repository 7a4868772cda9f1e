-- The stock declared when a line went live, apart from the snapshot, so that snapshot = opening + movements can
-- be checked by someone who does not trust the snapshot.
create table public.stocks_ouverture (
    id uuid not null default gen_random_uuid(),
    citerne_id uuid not null,
    produit_id uuid not null,
    proprietaire_type text not null,
    stock_ambiant double precision not null,
    stock_15c double precision not null,
    declared_at timestamptz not null default now(),
    declared_by uuid,
    reason text not null,
    -- The day of declared_at in the depot's zone, fixed at the declaration.
    date_jour date,
    created_at timestamptz default now(),
    constraint stocks_ouverture_pkey primary key (id),
    constraint stocks_ouverture_ligne_key unique (citerne_id, produit_id, proprietaire_type),
    constraint stocks_ouverture_citerne_id_fkey foreign key (citerne_id) references public.citernes (id),
    constraint stocks_ouverture_produit_id_fkey foreign key (produit_id) references public.produits (id),
    constraint stocks_ouverture_declared_by_fkey foreign key (declared_by) references auth.users (id),
    constraint stocks_ouverture_stock_check
        check (stock_ambiant >= 0 and stock_ambiant < 1e12 and stock_15c >= 0 and stock_15c < 1e12),
    constraint stocks_ouverture_proprietaire_type_check check (proprietaire_type in ('MONALUXE', 'PARTENAIRE')),
    constraint stocks_ouverture_reason_check check (length(regexp_replace(reason, '^\s+|\s+$', '', 'g')) >= 10),
    constraint stocks_ouverture_declared_at_check
        check (declared_at >= '1900-01-01 00:00:00+00' and declared_at < '3000-01-01 00:00:00+00')
);
