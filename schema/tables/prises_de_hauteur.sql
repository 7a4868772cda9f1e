create table public.prises_de_hauteur (
    id uuid not null default gen_random_uuid(),
    citerne_id uuid,
    volume_mesure double precision not null,
    note text,
    created_at timestamptz default now(),
    constraint prises_de_hauteur_pkey primary key (id),
    constraint prises_de_hauteur_citerne_id_fkey foreign key (citerne_id) references public.citernes (id),
    constraint prises_de_hauteur_volume_mesure_check check (volume_mesure >= 0 and volume_mesure < 1e12)
);
