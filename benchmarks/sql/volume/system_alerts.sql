insert into public.system_alerts (id, check_code, severity, entity_type, entity_id, message, payload, status)
select md5('alert' || i)::uuid, 'RECEPTION_ECART_15C', 'WARN', 'RECEPTION', md5('movement' || i)::uuid,
    'Reception: 28000 at 15 °C against 30000 ambient, more than 5 % apart',
    jsonb_build_object('volume_ambiant', 30000, 'volume_15c', 28000),
    (array['OPEN', 'ACK', 'RESOLVED', 'RESOLVED'])[1 + i % 4]
from generate_series(1, current_setting('bench.rows')::integer) i;
