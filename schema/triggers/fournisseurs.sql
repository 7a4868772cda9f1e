create trigger trg_fournisseurs_stamp
    before insert or update on public.fournisseurs
    for each row execute function app.stamp_created_at();
