create trigger trg_partenaires_stamp
    before insert or update on public.partenaires
    for each row execute function app.stamp_created_at();
