-- For sessions under row security: a trip only moves forward, skips allowed, and only a reception unloads it.
-- An admin may correct a statut.
create function app.guard_cours_de_route_statut() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    c_steps constant text[] := array['CHARGEMENT', 'TRANSIT', 'FRONTIERE', 'ARRIVE', 'DECHARGE'];
begin
    if app.user_role() = 'admin' then
        return new;
    end if;
    if new.statut = 'DECHARGE' then
        raise exception 'cours_de_route %: DECHARGE is set by the reception of the truck, not by hand', new.id
            using errcode = 'insufficient_privilege', hint = 'Enter the reception, or ask an admin to correct.';
    end if;
    if coalesce(array_position(c_steps, new.statut) > array_position(c_steps, old.statut), false) then
        return new;
    end if;
    raise exception 'cours_de_route %: statut cannot go from % to %', new.id, old.statut, new.statut
        using errcode = 'insufficient_privilege', hint = 'A trip moves forward only; an admin may correct it.';
end
$$;
revoke all on function app.guard_cours_de_route_statut() from public, anon, authenticated, service_role;
