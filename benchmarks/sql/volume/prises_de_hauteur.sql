insert into public.prises_de_hauteur (citerne_id, volume_mesure, note)
select md5('citerne' || 1 + t.n)::uuid, 100000 + i % 300000, 'Morning gauging ' || i
from generate_series(1, current_setting('bench.rows')::integer) i,
    lateral (select (i * 7919::bigint % current_setting('bench.tanks')::integer)::integer as n) t;
