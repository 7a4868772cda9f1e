create table public.fournisseurs (
    id uuid not null default gen_random_uuid(),
    nom text not null,
    contact_personne text,
    email text,
    telephone text,
    adresse text,
    pays text,
    note_supplementaire text,
    created_at timestamptz default now(),
    constraint fournisseurs_pkey primary key (id),
    constraint fournisseurs_nom_key unique (nom)
);
