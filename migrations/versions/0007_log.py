"""The log of what the engine did."""

from rempart.revisions import execute, refuse_data_loss

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute(
        """
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

-- Written by the engine only.
alter table public.log_actions enable row level security;
revoke all on table public.log_actions from public, anon, authenticated, service_role;
grant select on table public.log_actions to authenticated;
grant select on table public.log_actions to service_role;

create policy log_actions_select_admin_directeur_pca on public.log_actions
    for select to authenticated
    using ((select app.user_role() in ('admin', 'directeur', 'pca')));
"""
    )


def downgrade() -> None:
    refuse_data_loss("public.log_actions")
    execute(
        """
drop table public.log_actions;
"""
    )
