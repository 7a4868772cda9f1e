"""Truck trips (cours de route), whose statut only moves forward."""

from rempart.revisions import execute, refuse_data_loss

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute(
        """
create table public.cours_de_route (
    id uuid not null default gen_random_uuid(),
    fournisseur_id uuid,
    depot_destination_id uuid,
    produit_id uuid,
    plaque_camion text not null,
    plaque_remorque text,
    chauffeur_nom text,
    transporteur text,
    depart_pays text,
    date_chargement date not null,
    volume numeric,
    statut text default 'CHARGEMENT',
    note text,
    created_at timestamptz default now(),
    arrive_at timestamptz,
    constraint cours_de_route_pkey primary key (id),
    constraint cours_de_route_fournisseur_id_fkey
        foreign key (fournisseur_id) references public.fournisseurs (id),
    constraint cours_de_route_depot_destination_id_fkey
        foreign key (depot_destination_id) references public.depots (id),
    constraint cours_de_route_produit_id_fkey foreign key (produit_id) references public.produits (id),
    constraint cours_de_route_volume_check check (volume >= 0 and volume < 'Infinity'),
    constraint cours_de_route_statut_check
        check (statut in ('CHARGEMENT', 'TRANSIT', 'FRONTIERE', 'ARRIVE', 'DECHARGE'))
);

-- A truck makes one trip at a time.
create unique index cours_de_route_plaque_camion_ouvert_key
    on public.cours_de_route (plaque_camion) where statut <> 'DECHARGE';

-- Dates the arrival when the statut enters ARRIVE. What a request sends in arrive_at or created_at is ignored;
-- the owner (no account in the claims) may date an arrival by hand.
create function app.prepare_cours_de_route() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_request boolean := auth.uid() is not null;
begin
    if tg_op = 'INSERT' then
        if v_request then
            new.created_at := now();
            new.arrive_at := null;
        end if;
        if new.statut = 'ARRIVE' then
            new.arrive_at := coalesce(new.arrive_at, now());
        end if;
        return new;
    end if;
    if v_request then
        new.id := old.id;
        new.created_at := old.created_at;
        new.arrive_at := old.arrive_at;
    end if;
    if new.statut is distinct from old.statut then
        if new.statut = 'ARRIVE' and (v_request or new.arrive_at is not distinct from old.arrive_at) then
            new.arrive_at := now();
        elsif new.statut in ('CHARGEMENT', 'TRANSIT', 'FRONTIERE') then
            new.arrive_at := null;
        end if;
    end if;
    return new;
end
$$;
revoke all on function app.prepare_cours_de_route() from public, anon, authenticated, service_role;

-- For sessions under row security: a trip only moves forward, skips allowed, and only a reception unloads it.
-- An admin may correct a statut.
create function app.guard_cours_de_route_statut() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    c_steps constant text[] := array['CHARGEMENT', 'TRANSIT', 'FRONTIERE', 'ARRIVE', 'DECHARGE'];
begin
    if app.user_role() = 'admin' then
        return new;
    end if;
    if new.statut = 'DECHARGE' then
        raise exception 'cours_de_route %: DECHARGE is set by the reception of the truck, not by hand', new.id
            using errcode = 'insufficient_privilege', hint = 'Enter the reception, or ask an admin to correct.';
    end if;
    if coalesce(array_position(c_steps, new.statut) > array_position(c_steps, old.statut), false) then
        return new;
    end if;
    raise exception 'cours_de_route %: statut cannot go from % to %', new.id, old.statut, new.statut
        using errcode = 'insufficient_privilege', hint = 'A trip moves forward only; an admin may correct it.';
end
$$;
revoke all on function app.guard_cours_de_route_statut() from public, anon, authenticated, service_role;

-- The engine closes a trip as the owner, which row security does not apply to.
create trigger trg_cours_de_route_guard_statut
    before update on public.cours_de_route
    for each row
    when (old.statut is distinct from new.statut and row_security_active('public.cours_de_route'))
    execute function app.guard_cours_de_route_statut();

create trigger trg_cours_de_route_prepare
    before insert or update on public.cours_de_route
    for each row execute function app.prepare_cours_de_route();

-- Cadres read all, the others their depot; the statut only moves forward (trg_cours_de_route_statut).
alter table public.cours_de_route enable row level security;
revoke all on table public.cours_de_route from public, anon, authenticated, service_role;
grant select, insert, update, delete on table public.cours_de_route to authenticated;
grant select, insert, update, delete on table public.cours_de_route to service_role;

create policy cours_de_route_select_cadres_or_depot on public.cours_de_route
    for select to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant', 'pca'))
        or depot_destination_id = (select app.user_depot_id())
    );

create policy cours_de_route_insert_writers on public.cours_de_route
    for insert to authenticated
    with check (
        statut <> 'DECHARGE'
        and ((select app.user_role() in ('admin', 'directeur', 'gerant'))
            or ((select app.user_role() = 'operateur') and depot_destination_id = (select app.user_depot_id())))
    );

create policy cours_de_route_update_writers on public.cours_de_route
    for update to authenticated
    using (
        (select app.user_role() in ('admin', 'directeur', 'gerant'))
        or ((select app.user_role() = 'operateur') and depot_destination_id = (select app.user_depot_id()))
    )
    with check (
        (select app.user_role() in ('admin', 'directeur', 'gerant'))
        or ((select app.user_role() = 'operateur') and depot_destination_id = (select app.user_depot_id()))
    );

create policy cours_de_route_delete_admin on public.cours_de_route
    for delete to authenticated
    using ((select app.user_role() = 'admin'));
"""
    )


def downgrade() -> None:
    refuse_data_loss("public.cours_de_route")
    execute(
        """
drop table public.cours_de_route;
drop function app.guard_cours_de_route_statut();
drop function app.prepare_cours_de_route();
"""
    )
