create table public.stocks_adjustments (
    id uuid not null default gen_random_uuid(),
    mouvement_type text not null,
    mouvement_id uuid not null,
    delta_ambiant double precision not null,
    delta_15c double precision not null default 0,
    reason text not null,
    created_by uuid not null,
    depot_id uuid,
    citerne_id uuid,
    produit_id uuid,
    proprietaire_type text,
    created_at timestamptz default now(),
    constraint stocks_adjustments_pkey primary key (id),
    constraint stocks_adjustments_mouvement_key
        unique (mouvement_type, mouvement_id, delta_ambiant, delta_15c, reason),
    constraint stocks_adjustments_mouvement_type_check check (mouvement_type in ('RECEPTION', 'SORTIE')),
    constraint stocks_adjustments_delta_check
        check ((delta_ambiant <> 0 or delta_15c <> 0)
            and delta_ambiant > -1e12 and delta_ambiant < 1e12
            and delta_15c > -1e12 and delta_15c < 1e12),
    constraint stocks_adjustments_reason_check check (length(regexp_replace(reason, '^\s+|\s+$', '', 'g')) >= 10),
    constraint stocks_adjustments_proprietaire_type_check check (proprietaire_type in ('MONALUXE', 'PARTENAIRE'))
);

create index stocks_adjustments_ligne_idx
    on public.stocks_adjustments (citerne_id, produit_id, proprietaire_type);
create index stocks_adjustments_mouvement_id_idx on public.stocks_adjustments (mouvement_id);
