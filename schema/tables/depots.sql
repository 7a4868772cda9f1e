create table public.depots (
    id uuid not null default gen_random_uuid(),
    nom text not null,
    adresse text,
    created_at timestamptz default now(),
    fuseau_horaire text not null default 'Africa/Lubumbashi',
    constraint depots_pkey primary key (id),
    -- An unknown zone raises here, not in the first movement of the depot.
    constraint depots_fuseau_horaire_check
        check (timezone(fuseau_horaire, '2000-01-01 00:00:00+00'::timestamptz) is not null)
);
