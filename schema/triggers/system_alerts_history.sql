-- ENABLE ALWAYS: session_replication_role, a setting, does not switch the guards off.
create trigger trg_system_alerts_history_immutable
    before update or delete on public.system_alerts_history
    for each row execute function app.refuse_change();
alter table public.system_alerts_history enable always trigger trg_system_alerts_history_immutable;

create trigger trg_system_alerts_history_no_truncate
    before truncate on public.system_alerts_history
    for each statement execute function app.refuse_truncate();
alter table public.system_alerts_history enable always trigger trg_system_alerts_history_no_truncate;
