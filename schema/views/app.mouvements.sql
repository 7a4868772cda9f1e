-- Everything that makes up the stock of a line: opening stock and validated movements, signed, as the engine adds
-- them. As the caller: row security of the tables applies.
create view app.mouvements with (security_invoker = true) as
select o.citerne_id, o.produit_id, o.proprietaire_type, o.date_jour, 'OUVERTURE' as nature,
    round(o.stock_ambiant::numeric, 3) as delta_ambiant, round(o.stock_15c::numeric, 3) as delta_15c
from public.stocks_ouverture o
union all
select r.citerne_id, r.produit_id, r.proprietaire_type, r.date_reception, 'RECEPTION',
    round(r.volume_ambiant::numeric, 3),
    round(coalesce(r.volume_15c, r.volume_corrige_15c, 0)::numeric, 3)
from public.receptions r
where r.statut = 'validee'
union all
select s.citerne_id, s.produit_id, s.proprietaire_type, s.date_jour, 'SORTIE',
    -round(s.volume_ambiant::numeric, 3),
    -round(coalesce(s.volume_15c, s.volume_corrige_15c)::numeric, 3)
from public.sorties_produit s
where s.statut = 'validee';
revoke all on table app.mouvements from public, anon, authenticated, service_role;
-- The views of the application read it with their caller's rights; without USAGE on app nobody names it.
grant select on table app.mouvements to authenticated, service_role;
