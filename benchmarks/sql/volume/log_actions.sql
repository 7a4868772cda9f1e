insert into public.log_actions (user_id, action, module, details, cible_id, created_at)
select md5('user' || 1 + i % 6)::uuid, 'RECEPTION_VALIDE', 'receptions',
    jsonb_build_object('citerne_id', md5('citerne' || i % 1000)::uuid, 'volume_ambiant', 30000 + i % 5000),
    md5('movement' || i)::uuid, timestamptz '2024-01-01 08:00+02' + i * interval '1 minute'
from generate_series(1, current_setting('bench.rows')::integer) i;
