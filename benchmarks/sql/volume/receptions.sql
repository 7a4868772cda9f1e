-- Rows follow each other in time, not tank by tank: the way a depot fills the table.
insert into public.receptions (cours_de_route_id, citerne_id, produit_id, index_avant, index_apres, volume_ambiant,
    volume_observe, volume_corrige_15c, volume_15c, temperature_ambiante_c, densite_a_15, statut,
    created_by, date_reception)
select md5('trip' || i)::uuid, md5('citerne' || 1 + t.n)::uuid, md5('produit' || 1 + (t.n + 1) % 2)::uuid,
    i, i + 30000, 30000, 30000, 29700, 29700, 24.5, 0.832, 'validee',
    md5('user' || 5)::uuid, date '2024-01-01' + (i / 1000) % 1000
from generate_series(1, current_setting('bench.rows')::integer) i,
    lateral (select (i * 7919::bigint % current_setting('bench.tanks')::integer)::integer as n) t;
