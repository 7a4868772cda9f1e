create trigger trg_system_alerts_set_actor
    before update on public.system_alerts
    for each row when (old.status is distinct from new.status)
    execute function app.set_alert_actor();
