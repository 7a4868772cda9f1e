insert into public.stocks_adjustments (mouvement_type, mouvement_id, delta_ambiant, delta_15c, reason, created_by,
    depot_id, citerne_id, produit_id, proprietaire_type)
select 'RECEPTION', md5('movement' || i)::uuid, -(1 + i % 50), -(1 + i % 50), 'Correction after gauging ' || i,
    md5('user' || 1)::uuid, md5('depot' || 1 + t.n % current_setting('bench.depots')::integer)::uuid,
    md5('citerne' || 1 + t.n)::uuid, md5('produit' || 1 + (t.n + 1) % 2)::uuid, 'MONALUXE'
from generate_series(1, current_setting('bench.rows')::integer) i,
    lateral (select (i * 7919::bigint % current_setting('bench.tanks')::integer)::integer as n) t;
