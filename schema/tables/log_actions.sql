create table public.log_actions (
    id uuid not null default gen_random_uuid(),
    user_id uuid,
    action text not null,
    module text not null,
    niveau text default 'INFO',
    details jsonb,
    cible_id uuid,
    created_at timestamptz default now(),
    constraint log_actions_pkey primary key (id),
    constraint log_actions_user_id_fkey foreign key (user_id) references auth.users (id),
    constraint log_actions_niveau_check check (niveau in ('INFO', 'WARNING', 'CRITICAL'))
);

create index log_actions_created_at_idx on public.log_actions (created_at desc);
