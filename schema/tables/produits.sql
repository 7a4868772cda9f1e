create table public.produits (
    id uuid not null default gen_random_uuid(),
    nom text not null,
    code text,
    description text,
    actif boolean default true,
    created_at timestamptz default now(),
    constraint produits_pkey primary key (id),
    constraint produits_nom_key unique (nom),
    constraint produits_code_key unique (code)
);
