-- A manager's month: one truck a day for each depot, each brought forward to ARRIVE, and some still on the road.
insert into public.cours_de_route (fournisseur_id, depot_destination_id, produit_id, plaque_camion, plaque_remorque,
    chauffeur_nom, transporteur, depart_pays, date_chargement, volume)
select f.id, d.id, p.id, left(d.nom, 1) || to_char(jour, 'FM00') || 'BC' || case p.code when 'G.O' then '05' else '19' end,
    'R' || to_char(jour, 'FM00'), 'Chauffeur ' || jour, 'Transports Lualaba', f.pays,
    current_date - 35 + jour, 38000
from generate_series(1, 30) jour
cross join public.depots d
join public.produits p on p.code = case when jour % 3 = 0 then 'ESS' else 'G.O' end
join public.fournisseurs f on f.nom = case when jour % 2 = 0 then 'Indeni' else 'Puma Ndola' end;

update public.cours_de_route set statut = 'TRANSIT';
update public.cours_de_route set statut = 'FRONTIERE';
update public.cours_de_route set statut = 'ARRIVE';

insert into public.cours_de_route (fournisseur_id, depot_destination_id, produit_id, plaque_camion, chauffeur_nom,
    depart_pays, date_chargement, volume, statut)
select f.id, d.id, p.id, left(d.nom, 1) || 'EN' || s.statut, 'En route', f.pays, current_date - s.jours, 38000, s.statut
from (values ('CHARGEMENT', 0), ('TRANSIT', 2), ('FRONTIERE', 4), ('ARRIVE', 7)) s (statut, jours)
cross join public.depots d
join public.produits p on p.code = 'G.O'
join public.fournisseurs f on f.nom = 'Engen Walvis';
