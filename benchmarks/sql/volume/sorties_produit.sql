insert into public.sorties_produit (citerne_id, produit_id, client_id, index_avant, index_apres, volume_ambiant,
    volume_15c, temperature_ambiante_c, densite_a_15, statut, created_by, date_sortie, date_jour,
    chauffeur_nom, plaque_camion, transporteur)
select md5('citerne' || 1 + t.n)::uuid, md5('produit' || 1 + (t.n + 1) % 2)::uuid,
    md5('client' || 1 + i % 200)::uuid, i, i + 20000, 20000, 19800, 25.0, 0.832,
    case when i % 100 = 0 then 'brouillon' else 'validee' end, md5('user' || 5)::uuid,
    timestamptz '2024-01-01 08:00+02' + (i / 1000) % 1000 * interval '1 day', date '2024-01-01' + (i / 1000) % 1000,
    'Driver ' || i % 500, 'TRUCK-' || i % 900, 'Carrier ' || i % 30
from generate_series(1, current_setting('bench.rows')::integer) i,
    lateral (select (i * 7919::bigint % current_setting('bench.tanks')::integer)::integer as n) t;
