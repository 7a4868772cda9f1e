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
