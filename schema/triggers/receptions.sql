-- ENABLE ALWAYS: session_replication_role, a setting, does not switch the guards off.
create trigger trg_receptions_immutable
    before update or delete on public.receptions
    for each row execute function app.refuse_change();
alter table public.receptions enable always trigger trg_receptions_immutable;

create trigger trg_receptions_no_truncate
    before truncate on public.receptions
    for each statement execute function app.refuse_truncate();
alter table public.receptions enable always trigger trg_receptions_no_truncate;

create trigger trg_receptions_prepare
    before insert on public.receptions
    for each row execute function app.prepare_reception();

-- AFTER: row security has had its say before stock, tank or trip are looked at.
create trigger trg_receptions_apply
    after insert on public.receptions
    for each row when (new.statut = 'validee')
    execute function app.apply_reception();
