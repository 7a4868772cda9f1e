create trigger trg_depots_stamp
    before insert or update on public.depots
    for each row execute function app.stamp_created_at();
