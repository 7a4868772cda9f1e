create table public.clients (
    id uuid not null default gen_random_uuid(),
    nom text not null,
    contact_personne text,
    email text,
    telephone text,
    adresse text,
    pays text,
    note_supplementaire text,
    created_at timestamptz default now(),
    constraint clients_pkey primary key (id),
    constraint clients_nom_key unique (nom)
);
