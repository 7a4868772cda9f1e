-- Validated movements, signed.
create view public.v_mouvements_stock with (security_invoker = true) as
select m.date_jour, m.citerne_id, m.produit_id, c.depot_id, m.proprietaire_type,
    m.delta_ambiant::double precision as delta_ambiant, m.delta_15c::double precision as delta_15c
from app.mouvements m
join public.citernes c on c.id = m.citerne_id
where m.nature in ('RECEPTION', 'SORTIE');
revoke all on table public.v_mouvements_stock from public, anon, authenticated, service_role;
grant select on table public.v_mouvements_stock to authenticated, service_role;
