create table public.partenaires (
    id uuid not null default gen_random_uuid(),
    nom text not null,
    contact text,
    email text,
    telephone text,
    created_at timestamptz default now(),
    constraint partenaires_pkey primary key (id)
);
