create function app.prepare_ouverture() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    new.declared_by := coalesce(auth.uid(), new.declared_by);
    new.date_jour := app.depot_day(new.citerne_id, new.declared_at);
    return new;
end
$$;
revoke all on function app.prepare_ouverture() from public, anon, authenticated, service_role;
