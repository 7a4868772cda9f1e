"""The views the application reads."""

from rempart.revisions import execute

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute(
        """
-- Corrected stock = base + adjustments, never clamped at zero. The depot is the tank's, never a copied depot_id.
create view public.v_stock_actuel with (security_invoker = true) as
select c.depot_id, l.citerne_id, l.produit_id, l.proprietaire_type,
    (l.base_ambiant + l.delta_ambiant)::double precision as stock_ambiant,
    (l.base_15c + l.delta_15c)::double precision as stock_15c,
    l.last_movement_at,
    l.updated_at,
    l.base_ambiant::double precision as stock_ambiant_base,
    l.base_15c::double precision as stock_15c_base,
    l.delta_ambiant::double precision as delta_ambiant_total,
    l.delta_15c::double precision as delta_15c_total
from (
    select p.citerne_id, p.produit_id, p.proprietaire_type,
        sum(p.base_ambiant) as base_ambiant, sum(p.base_15c) as base_15c,
        sum(p.delta_ambiant) as delta_ambiant, sum(p.delta_15c) as delta_15c,
        max(p.last_movement_at) as last_movement_at, max(p.updated_at) as updated_at
    from (
        select s.citerne_id, s.produit_id, s.proprietaire_type,
            round(s.stock_ambiant::numeric, 3) as base_ambiant, round(s.stock_15c::numeric, 3) as base_15c,
            0 as delta_ambiant, 0 as delta_15c, s.last_movement_at, s.updated_at
        from public.stocks_snapshot s
        union all
        select a.citerne_id, a.produit_id, a.proprietaire_type, 0, 0,
            round(a.delta_ambiant::numeric, 3), round(a.delta_15c::numeric, 3), null, a.created_at
        from public.stocks_adjustments a
        where a.citerne_id is not null
    ) p
    group by p.citerne_id, p.produit_id, p.proprietaire_type
) l
join public.citernes c on c.id = l.citerne_id;
revoke all on table public.v_stock_actuel from public, anon, authenticated, service_role;
grant select on table public.v_stock_actuel to authenticated, service_role;

-- Validated movements, signed.
create view public.v_mouvements_stock with (security_invoker = true) as
select m.date_jour, m.citerne_id, m.produit_id, c.depot_id, m.proprietaire_type,
    m.delta_ambiant::double precision as delta_ambiant, m.delta_15c::double precision as delta_15c
from app.mouvements m
join public.citernes c on c.id = m.citerne_id
where m.nature in ('RECEPTION', 'SORTIE');
revoke all on table public.v_mouvements_stock from public, anon, authenticated, service_role;
grant select on table public.v_mouvements_stock to authenticated, service_role;

-- Corrected stock of each depot and product, as of today in the depot's zone.
create view public.v_kpi_stock_global with (security_invoker = true) as
select v.depot_id, d.nom as depot_nom, v.produit_id, p.nom as produit_nom,
    (now() at time zone d.fuseau_horaire)::date as date_jour,
    sum(v.stock_ambiant::numeric)::double precision as stock_ambiant_total,
    sum(v.stock_15c::numeric)::double precision as stock_15c_total,
    coalesce(sum(v.stock_ambiant::numeric) filter (where v.proprietaire_type = 'MONALUXE'), 0)::double precision
        as stock_ambiant_monaluxe,
    coalesce(sum(v.stock_15c::numeric) filter (where v.proprietaire_type = 'MONALUXE'), 0)::double precision
        as stock_15c_monaluxe,
    coalesce(sum(v.stock_ambiant::numeric) filter (where v.proprietaire_type = 'PARTENAIRE'), 0)::double precision
        as stock_ambiant_partenaire,
    coalesce(sum(v.stock_15c::numeric) filter (where v.proprietaire_type = 'PARTENAIRE'), 0)::double precision
        as stock_15c_partenaire
from public.v_stock_actuel v
join public.depots d on d.id = v.depot_id
join public.produits p on p.id = v.produit_id
group by v.depot_id, d.nom, d.fuseau_horaire, v.produit_id, p.nom;
revoke all on table public.v_kpi_stock_global from public, anon, authenticated, service_role;
grant select on table public.v_kpi_stock_global to authenticated, service_role;

create view public.cours_route with (security_invoker = true) as
select c.id, c.fournisseur_id, c.depot_destination_id, c.produit_id,
    concat_ws(' / ', c.plaque_camion, c.plaque_remorque) as plaques,
    c.chauffeur_nom as chauffeur, c.transporteur, c.volume, c.statut, c.date_chargement as date, c.created_at
from public.cours_de_route c;
revoke all on table public.cours_route from public, anon, authenticated, service_role;
grant select on table public.cours_route to authenticated, service_role;

-- Read-only: SELECT is the only privilege, and log_actions refuses any change.
create view public.logs with (security_invoker = true) as
select l.id, l.created_at, l.module, l.action, l.niveau, l.user_id, l.details
from public.log_actions l;
revoke all on table public.logs from public, anon, authenticated, service_role;
grant select on table public.logs to authenticated, service_role;

-- The caller's own row, from profils alone: a join with the platform's accounts would fail for users.
create view public.current_user_profile with (security_invoker = true, security_barrier = true) as
select p.id, p.user_id, p.nom_complet, p.role, p.depot_id, p.email, p.created_at
from public.profils p
where p.user_id = (select app.user_id());
revoke all on table public.current_user_profile from public, anon, authenticated, service_role;
grant select on table public.current_user_profile to authenticated;
"""
    )


def downgrade() -> None:
    execute(
        """
drop view public.current_user_profile;
drop view public.logs;
drop view public.cours_route;
drop view public.v_kpi_stock_global;
drop view public.v_mouvements_stock;
drop view public.v_stock_actuel;
"""
    )
