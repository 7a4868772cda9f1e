-- ENABLE ALWAYS: session_replication_role, a setting, does not switch the guards off.
create trigger trg_log_actions_immutable
    before update or delete on public.log_actions
    for each row execute function app.refuse_change();
alter table public.log_actions enable always trigger trg_log_actions_immutable;

create trigger trg_log_actions_no_truncate
    before truncate on public.log_actions
    for each statement execute function app.refuse_truncate();
alter table public.log_actions enable always trigger trg_log_actions_no_truncate;
