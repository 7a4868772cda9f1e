-- Fills what a client does not decide: author, clock, the volume from the meter when both indexes are given, the
-- day of the depot. Runs before row security: it must not raise.
create function app.prepare_sortie() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_user uuid := auth.uid();
begin
    if tg_op = 'UPDATE' and old.statut <> 'brouillon' then
        -- Maintenance on a validated sortie (the guard refuses everything else): history keeps its day.
        new.date_jour := old.date_jour;
        return new;
    end if;
    if v_user is not null then
        new.validated_by := case when new.statut = 'validee' then v_user end;
        if tg_op = 'INSERT' then
            new.created_by := v_user;
            new.created_at := now();
        else
            new.id := old.id;
            new.created_by := old.created_by;
            new.created_at := old.created_at;
        end if;
    end if;
    new.proprietaire_type := coalesce(new.proprietaire_type, 'MONALUXE');
    if new.index_avant is not null and new.index_apres is not null then
        new.volume_ambiant := least(greatest(round(new.index_apres::numeric - new.index_avant::numeric, 3), -1e12), 1e12);
    end if;
    new.date_jour := null;
    if new.statut = 'validee' then
        new.date_sortie := coalesce(new.date_sortie, now());
        new.date_jour := app.depot_day(new.citerne_id, new.date_sortie);
    end if;
    return new;
end
$$;
revoke all on function app.prepare_sortie() from public, anon, authenticated, service_role;
