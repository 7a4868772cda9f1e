create view public.cours_route with (security_invoker = true) as
select c.id, c.fournisseur_id, c.depot_destination_id, c.produit_id,
    concat_ws(' / ', c.plaque_camion, c.plaque_remorque) as plaques,
    c.chauffeur_nom as chauffeur, c.transporteur, c.volume, c.statut, c.date_chargement as date, c.created_at
from public.cours_de_route c;
revoke all on table public.cours_route from public, anon, authenticated, service_role;
grant select on table public.cours_route to authenticated, service_role;
