-- Fills what a client does not decide: author, clock, the volume from the meter, the day of the depot.
-- Runs before row security: it must not raise, or a session that may not insert would learn something.
create function app.prepare_reception() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_user uuid := auth.uid();
begin
    if v_user is not null then
        new.created_by := v_user;
        new.validated_by := case when new.statut = 'validee' then v_user end;
        new.created_at := now();
    end if;
    new.proprietaire_type := coalesce(new.proprietaire_type, 'MONALUXE');
    -- Within the bounds of the column's CHECK, so that the assignment itself cannot overflow.
    new.volume_ambiant := least(greatest(round(new.index_apres::numeric - new.index_avant::numeric, 3), -1e12), 1e12);
    new.date_reception := coalesce(new.date_reception, app.depot_day(new.citerne_id, now()));
    return new;
end
$$;
revoke all on function app.prepare_reception() from public, anon, authenticated, service_role;
