-- The calendar day of a moment in the zone of the depot that holds a tank (UTC for a tank without depot). Never
-- raises, since it runs before row security: a moment at the end of time has no day, and a CHECK refuses it later.
create function app.depot_day(p_citerne_id uuid, p_moment timestamptz) returns date
language sql stable security invoker set search_path = ''
as $$
    select (p_moment at time zone coalesce(
        (select d.fuseau_horaire
         from public.citernes c join public.depots d on d.id = c.depot_id
         where c.id = p_citerne_id),
        'UTC'))::date
    where p_moment >= '0001-01-01 00:00:00+00' and p_moment < '9999-01-01 00:00:00+00'
$$;
revoke all on function app.depot_day(uuid, timestamptz) from public, anon, authenticated, service_role;
