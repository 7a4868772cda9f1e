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
