create trigger trg_system_alerts_record_insert
    after insert on public.system_alerts
    for each row execute function app.record_alert_transition();

create trigger trg_system_alerts_record_update
    after update on public.system_alerts
    for each row when (old.status is distinct from new.status)
    execute function app.record_alert_transition();
