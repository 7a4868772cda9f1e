-- What the engine rightly refuses to users. Planted: CDR_ARRIVE_STALE, a truck that has waited for five days.
update public.cours_de_route set arrive_at = now() - interval '5 days'
where plaque_camion = 'KENARRIVE';

-- Planted: STOCK_DIVERGENCE, a figure changed behind the engine's back.
update public.stocks_snapshot s set stock_ambiant = s.stock_ambiant + 250
from public.citernes t where t.id = s.citerne_id and t.nom = 'K2';
