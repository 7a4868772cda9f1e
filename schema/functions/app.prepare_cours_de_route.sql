-- Dates the arrival when the statut enters ARRIVE. What a request sends in arrive_at or created_at is ignored;
-- the owner (no account in the claims) may date an arrival by hand.
create function app.prepare_cours_de_route() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_request boolean := auth.uid() is not null;
begin
    if tg_op = 'INSERT' then
        if v_request then
            new.created_at := now();
            new.arrive_at := null;
        end if;
        if new.statut = 'ARRIVE' then
            new.arrive_at := coalesce(new.arrive_at, now());
        end if;
        return new;
    end if;
    if v_request then
        new.id := old.id;
        new.created_at := old.created_at;
        new.arrive_at := old.arrive_at;
    end if;
    if new.statut is distinct from old.statut then
        if new.statut = 'ARRIVE' and (v_request or new.arrive_at is not distinct from old.arrive_at) then
            new.arrive_at := now();
        elsif new.statut in ('CHARGEMENT', 'TRANSIT', 'FRONTIERE') then
            new.arrive_at := null;
        end if;
    end if;
    return new;
end
$$;
revoke all on function app.prepare_cours_de_route() from public, anon, authenticated, service_role;
