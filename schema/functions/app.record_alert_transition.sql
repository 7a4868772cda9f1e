create function app.record_alert_transition() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.system_alerts_history (alert_id, from_status, to_status, changed_by)
    values (
        new.id,
        case when tg_op = 'UPDATE' then old.status end,
        new.status,
        -- What the sync changes is nobody's doing, whoever runs it.
        case when tg_op = 'UPDATE' and not app.in_maintenance('alerts') then auth.uid() end);
    return null;
end
$$;
revoke all on function app.record_alert_transition() from public, anon, authenticated, service_role;
