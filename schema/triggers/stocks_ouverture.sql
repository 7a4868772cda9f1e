-- ENABLE ALWAYS: session_replication_role, a setting, does not switch the guards off.
create trigger trg_stocks_ouverture_immutable
    before update or delete on public.stocks_ouverture
    for each row execute function app.refuse_change();
alter table public.stocks_ouverture enable always trigger trg_stocks_ouverture_immutable;

create trigger trg_stocks_ouverture_no_truncate
    before truncate on public.stocks_ouverture
    for each statement execute function app.refuse_truncate();
alter table public.stocks_ouverture enable always trigger trg_stocks_ouverture_no_truncate;

create trigger trg_stocks_ouverture_prepare
    before insert on public.stocks_ouverture
    for each row execute function app.prepare_ouverture();

create trigger trg_stocks_ouverture_apply
    after insert on public.stocks_ouverture
    for each row execute function app.apply_ouverture();
