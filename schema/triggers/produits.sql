create trigger trg_produits_stamp
    before insert or update on public.produits
    for each row execute function app.stamp_created_at();
