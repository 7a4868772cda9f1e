insert into public.system_alerts_history (alert_id, from_status, to_status)
select md5('alert' || i)::uuid, null, 'OPEN'
from generate_series(1, current_setting('bench.rows')::integer) i;
