-- ENABLE ALWAYS: session_replication_role, a setting, does not switch the guards off.
create trigger trg_stocks_adjustments_immutable
    before update or delete on public.stocks_adjustments
    for each row execute function app.refuse_change();
alter table public.stocks_adjustments enable always trigger trg_stocks_adjustments_immutable;

create trigger trg_stocks_adjustments_no_truncate
    before truncate on public.stocks_adjustments
    for each statement execute function app.refuse_truncate();
alter table public.stocks_adjustments enable always trigger trg_stocks_adjustments_no_truncate;

create trigger trg_stocks_adjustments_prepare
    before insert on public.stocks_adjustments
    for each row execute function app.prepare_adjustment();

create trigger trg_stocks_adjustments_apply
    after insert on public.stocks_adjustments
    for each row execute function app.apply_adjustment();
