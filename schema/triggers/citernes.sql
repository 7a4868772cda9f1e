create trigger trg_citernes_stamp
    before insert or update on public.citernes
    for each row execute function app.stamp_created_at();
