-- ENABLE ALWAYS: session_replication_role, a setting, does not switch the guards off.
create trigger trg_sorties_produit_immutable
    before update or delete on public.sorties_produit
    for each row
    when (old.statut <> 'brouillon')
    execute function app.refuse_change();
alter table public.sorties_produit enable always trigger trg_sorties_produit_immutable;

create trigger trg_sorties_produit_no_truncate
    before truncate on public.sorties_produit
    for each statement execute function app.refuse_truncate();
alter table public.sorties_produit enable always trigger trg_sorties_produit_no_truncate;

create trigger trg_sorties_produit_prepare
    before insert or update on public.sorties_produit
    for each row execute function app.prepare_sortie();

-- AFTER: row security has had its say before stock or tank are looked at.
create trigger trg_sorties_produit_apply_insert
    after insert on public.sorties_produit
    for each row when (new.statut = 'validee')
    execute function app.apply_sortie();

create trigger trg_sorties_produit_apply_update
    after update on public.sorties_produit
    for each row when (old.statut = 'brouillon' and new.statut = 'validee')
    execute function app.apply_sortie();
