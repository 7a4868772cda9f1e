-- An operator's month in his own depot: every truck that arrived is unloaded, clients and a partner load, tanks are
-- gauged. The same file runs as the operator of each depot; what he may see is what he can enter.
insert into public.receptions (cours_de_route_id, citerne_id, produit_id, index_avant, index_apres, volume_15c,
    temperature_ambiante_c, densite_a_15, date_reception, note)
select c.id, t.id, c.produit_id, 100000, 138000 - 25 * (c.jour % 7), round((38000 - 25 * (c.jour % 7)) * 0.9925),
    24, case p.code when 'G.O' then 837 else 741 end, current_date - 31 + c.jour, 'Camion ' || c.plaque_camion
from (
    select r.*, substr(r.plaque_camion, 2, 2)::int as jour
    from public.cours_de_route r
    where r.statut = 'ARRIVE' and r.plaque_camion like '___BC%'
) c
join public.produits p on p.id = c.produit_id
join public.citernes t on t.depot_id = c.depot_destination_id and t.produit_id = c.produit_id and right(t.nom, 1) in ('1', '2')
order by c.jour;

insert into public.sorties_produit (citerne_id, produit_id, client_id, index_avant, index_apres, volume_15c,
    temperature_ambiante_c, date_sortie, chauffeur_nom, plaque_camion)
select t.id, t.produit_id, k.id, 500000, 500000 + v.volume, round(v.volume * 0.9925), 25,
    date_trunc('day', now()) - make_interval(days => 31 - jour) + make_interval(hours => 7), 'Chargement ' || jour, 'CL' || jour
from generate_series(1, 30) jour
join public.citernes t on right(t.nom, 1) in ('1', '2') and t.depot_id is not null
cross join lateral (values ((12000 + 500 * (jour % 5)) / (case right(t.nom, 1) when '1' then 1 else 3 end))) v (volume)
join public.clients k on k.nom = case jour % 3 when 0 then 'Station Kenya' when 1 then 'Minière du Kando' else 'Transports Lualaba' end
order by jour, t.nom;

-- The partner's own product, received and taken out; only Lubumbashi stores any.
insert into public.receptions (citerne_id, produit_id, partenaire_id, proprietaire_type, index_avant, index_apres,
    volume_15c, date_reception)
select t.id, t.produit_id, '30000000-0000-4000-8000-000000000001', 'PARTENAIRE', 0, 20000, 19850, current_date - 20
from public.citernes t where t.nom = 'L1';
insert into public.sorties_produit (citerne_id, produit_id, partenaire_id, proprietaire_type, volume_ambiant,
    volume_15c, date_sortie)
select t.id, t.produit_id, '30000000-0000-4000-8000-000000000001', 'PARTENAIRE', 15000, 14887,
    now() - interval '10 days'
from public.citernes t where t.nom = 'L1';

-- Drafts wait for validation; one load was refused at the gate.
insert into public.sorties_produit (citerne_id, produit_id, client_id, volume_ambiant, volume_15c, statut, note)
select t.id, t.produit_id, k.id, v.volume, v.volume * 0.9925, v.statut, v.note
from public.citernes t
join public.clients k on k.nom = 'Station Kenya'
cross join (values (9000, 'brouillon', 'à valider'), (8000, 'rejetee', 'camion non conforme')) v (volume, statut, note)
where right(t.nom, 1) = '1';

insert into public.prises_de_hauteur (citerne_id, volume_mesure, note)
select t.id, 250000 - 1000 * semaine, 'Semaine ' || semaine
from public.citernes t cross join generate_series(1, 4) semaine
where right(t.nom, 1) = '1';

-- Planted: RECEPTION_ECART_15C. 6 % are missing at 15 °C.
insert into public.receptions (citerne_id, produit_id, index_avant, index_apres, volume_15c, date_reception, note)
select t.id, t.produit_id, 0, 10000, 9400, current_date - 3, 'Température mal relevée'
from public.citernes t where t.nom = 'K1';

-- Planted: SORTIE_ECART_15C. 7 % too many.
insert into public.sorties_produit (citerne_id, produit_id, client_id, volume_ambiant, volume_15c, date_sortie, note)
select t.id, t.produit_id, k.id, 5000, 5350, now() - interval '2 days', 'Table de conversion erronée'
from public.citernes t join public.clients k on k.nom = 'Minière du Kando' where t.nom = 'L2';

-- Planted: STOCK_OVER_CAPACITY. Each owner's stock fits, both together do not.
insert into public.receptions (citerne_id, produit_id, partenaire_id, proprietaire_type, index_avant, index_apres,
    volume_15c, date_reception)
select t.id, t.produit_id, '30000000-0000-4000-8000-000000000002', 'PARTENAIRE', 0, 20000, 19850, current_date - 5
from public.citernes t where t.nom = 'L3';

-- The reception that is corrected below its own volume in the next step.
insert into public.receptions (citerne_id, produit_id, index_avant, index_apres, volume_15c, date_reception, note)
select t.id, t.produit_id, 0, 12000, 11910, current_date - 4, 'Jauge à vérifier'
from public.citernes t where t.nom = 'K3';
