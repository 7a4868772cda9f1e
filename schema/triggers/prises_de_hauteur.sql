create trigger trg_prises_de_hauteur_stamp
    before insert on public.prises_de_hauteur
    for each row execute function app.stamp_created_at();
