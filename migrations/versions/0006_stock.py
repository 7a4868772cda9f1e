"""Stock: opening figures, daily balances, current figures, adjustments."""

from rempart.revisions import execute, refuse_data_loss

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute(
        r"""
-- One row a day and stock line: the balance at the end of that day, not the day's movement.
create table public.stocks_journaliers (
    id uuid not null default gen_random_uuid(),
    citerne_id uuid,
    produit_id uuid,
    date_jour date not null,
    stock_ambiant double precision not null,
    stock_15c double precision not null,
    proprietaire_type text default 'MONALUXE',
    depot_id uuid,
    source text default 'SYSTEM',
    updated_at timestamptz default now(),
    created_at timestamptz default now(),
    constraint stocks_journaliers_pkey primary key (id),
    constraint stocks_journaliers_ligne_jour_key unique (citerne_id, produit_id, date_jour, proprietaire_type),
    constraint stocks_journaliers_citerne_id_fkey foreign key (citerne_id) references public.citernes (id),
    constraint stocks_journaliers_produit_id_fkey foreign key (produit_id) references public.produits (id),
    constraint stocks_journaliers_stock_check
        check (stock_ambiant > -1e12 and stock_ambiant < 1e12
            and stock_15c > -1e12 and stock_15c < 1e12),
    constraint stocks_journaliers_proprietaire_type_check check (proprietaire_type in ('MONALUXE', 'PARTENAIRE')),
    constraint stocks_journaliers_source_check check (source in ('SYSTEM', 'RECEPTION', 'SORTIE', 'REBUILD'))
);

-- The current figure of a stock line, before adjustments.
create table public.stocks_snapshot (
    id uuid not null default gen_random_uuid(),
    citerne_id uuid not null,
    produit_id uuid not null,
    proprietaire_type text not null,
    depot_id uuid,
    stock_ambiant double precision not null default 0,
    stock_15c double precision not null default 0,
    last_movement_at timestamptz not null default now(),
    updated_at timestamptz default now(),
    created_at timestamptz default now(),
    constraint stocks_snapshot_pkey primary key (id),
    constraint stocks_snapshot_ligne_key unique (citerne_id, produit_id, proprietaire_type),
    constraint stocks_snapshot_citerne_id_fkey foreign key (citerne_id) references public.citernes (id),
    constraint stocks_snapshot_produit_id_fkey foreign key (produit_id) references public.produits (id),
    constraint stocks_snapshot_depot_id_fkey foreign key (depot_id) references public.depots (id),
    constraint stocks_snapshot_stock_check
        check (stock_ambiant > -1e12 and stock_ambiant < 1e12
            and stock_15c > -1e12 and stock_15c < 1e12),
    constraint stocks_snapshot_proprietaire_type_check check (proprietaire_type in ('MONALUXE', 'PARTENAIRE'))
);

-- The stock declared when a line went live, apart from the snapshot, so that snapshot = opening + movements can
-- be checked by someone who does not trust the snapshot.
create table public.stocks_ouverture (
    id uuid not null default gen_random_uuid(),
    citerne_id uuid not null,
    produit_id uuid not null,
    proprietaire_type text not null,
    stock_ambiant double precision not null,
    stock_15c double precision not null,
    declared_at timestamptz not null default now(),
    declared_by uuid,
    reason text not null,
    -- The day of declared_at in the depot's zone, fixed at the declaration.
    date_jour date,
    created_at timestamptz default now(),
    constraint stocks_ouverture_pkey primary key (id),
    constraint stocks_ouverture_ligne_key unique (citerne_id, produit_id, proprietaire_type),
    constraint stocks_ouverture_citerne_id_fkey foreign key (citerne_id) references public.citernes (id),
    constraint stocks_ouverture_produit_id_fkey foreign key (produit_id) references public.produits (id),
    constraint stocks_ouverture_declared_by_fkey foreign key (declared_by) references auth.users (id),
    constraint stocks_ouverture_stock_check
        check (stock_ambiant >= 0 and stock_ambiant < 1e12 and stock_15c >= 0 and stock_15c < 1e12),
    constraint stocks_ouverture_proprietaire_type_check check (proprietaire_type in ('MONALUXE', 'PARTENAIRE')),
    constraint stocks_ouverture_reason_check check (length(regexp_replace(reason, '^\s+|\s+$', '', 'g')) >= 10),
    constraint stocks_ouverture_declared_at_check
        check (declared_at >= '1900-01-01 00:00:00+00' and declared_at < '3000-01-01 00:00:00+00')
);

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

-- Written by the stock engine only.
alter table public.stocks_journaliers enable row level security;
revoke all on table public.stocks_journaliers from public, anon, authenticated, service_role;
grant select on table public.stocks_journaliers to authenticated;
grant select on table public.stocks_journaliers to service_role;

create policy stocks_journaliers_select_cadres_or_depot on public.stocks_journaliers
    for select to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant', 'pca'))
        or citerne_id in (select c.id from app.user_citernes() c (id))
    );

-- Written by the stock engine only.
alter table public.stocks_snapshot enable row level security;
revoke all on table public.stocks_snapshot from public, anon, authenticated, service_role;
grant select on table public.stocks_snapshot to authenticated;
grant select on table public.stocks_snapshot to service_role;

create policy stocks_snapshot_select_cadres_or_depot on public.stocks_snapshot
    for select to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant', 'pca'))
        or citerne_id in (select c.id from app.user_citernes() c (id))
    );

-- Written by the stock engine only.
alter table public.stocks_ouverture enable row level security;
revoke all on table public.stocks_ouverture from public, anon, authenticated, service_role;
grant select on table public.stocks_ouverture to authenticated;
grant select on table public.stocks_ouverture to service_role;

create policy stocks_ouverture_select_cadres_or_depot on public.stocks_ouverture
    for select to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant', 'pca'))
        or citerne_id in (select c.id from app.user_citernes() c (id))
    );

-- The correction of a validated movement: admin adds, nobody changes.
alter table public.stocks_adjustments enable row level security;
revoke all on table public.stocks_adjustments from public, anon, authenticated, service_role;
grant select, insert on table public.stocks_adjustments to authenticated;
grant select, insert on table public.stocks_adjustments to service_role;

create policy stocks_adjustments_select_cadres_or_depot on public.stocks_adjustments
    for select to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant', 'pca'))
        or citerne_id in (select c.id from app.user_citernes() c (id))
    );

create policy stocks_adjustments_insert_admin on public.stocks_adjustments
    for insert to authenticated
    with check ((select app.user_role() = 'admin'));
"""
    )


def downgrade() -> None:
    refuse_data_loss(
        "public.stocks_journaliers",
        "public.stocks_snapshot",
        "public.stocks_ouverture",
        "public.stocks_adjustments",
    )
    execute(
        """
drop table public.stocks_adjustments;
drop table public.stocks_ouverture;
drop table public.stocks_snapshot;
drop table public.stocks_journaliers;
"""
    )
