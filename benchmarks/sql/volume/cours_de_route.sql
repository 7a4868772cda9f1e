-- One trip in a hundred is under way.
insert into public.cours_de_route (id, fournisseur_id, depot_destination_id, produit_id, plaque_camion,
    plaque_remorque, chauffeur_nom, transporteur, depart_pays, date_chargement, volume, statut)
select md5('trip' || i)::uuid, md5('fournisseur' || 1 + i % 50)::uuid,
    md5('depot' || 1 + i % current_setting('bench.depots')::integer)::uuid, md5('produit' || 1 + i % 2)::uuid,
    'TRUCK-' || i, 'TRAILER-' || i, 'Driver ' || i % 500, 'Carrier ' || i % 30, 'Tanzanie',
    date '2024-01-01' + i % 1000, 30000 + i % 15000,
    case when i % 100 = 0 then 'TRANSIT' else 'DECHARGE' end
from generate_series(1, current_setting('bench.rows')::integer) i;
