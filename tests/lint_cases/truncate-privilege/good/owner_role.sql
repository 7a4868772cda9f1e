-- not an API role
grant truncate on table public.receptions to depot_etl;
