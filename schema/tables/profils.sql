create table public.profils (
    id uuid not null default gen_random_uuid(),
    user_id uuid,
    nom_complet text,
    role text not null,
    depot_id uuid,
    email text,
    created_at timestamptz default now(),
    constraint profils_pkey primary key (id),
    -- One profile a user: the role of a user is a function of the user.
    constraint profils_user_id_key unique (user_id),
    constraint profils_user_id_fkey foreign key (user_id) references auth.users (id),
    constraint profils_depot_id_fkey foreign key (depot_id) references public.depots (id),
    constraint profils_role_check
        check (role in ('admin', 'directeur', 'gerant', 'operateur', 'lecture', 'pca'))
);

-- For the policy that reads a range of accounts; the zero account stands for none.
create index profils_account_idx on public.profils (coalesce(user_id, '00000000-0000-0000-0000-000000000000'::uuid));
