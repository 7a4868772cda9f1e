-- Who acknowledged or resolved, and when, is decided here, not by the client. Nothing goes backwards by hand.
create function app.set_alert_actor() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if app.in_maintenance('alerts') then
        return new;
    end if;
    if (old.status, new.status) not in (('OPEN', 'ACK'), ('OPEN', 'RESOLVED'), ('ACK', 'RESOLVED')) then
        raise exception 'alert %: status cannot go from % to %', old.id, old.status, new.status
            using errcode = 'check_violation', hint = 'OPEN to ACK to RESOLVED; only a sync reopens.';
    end if;
    if new.status = 'ACK' then
        new.acknowledged_by := auth.uid();
        new.acknowledged_at := now();
    else
        new.resolved_by := auth.uid();
        new.resolved_at := now();
    end if;
    new.updated_at := now();
    return new;
end
$$;
revoke all on function app.set_alert_actor() from public, anon, authenticated, service_role;
