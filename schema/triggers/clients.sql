create trigger trg_clients_stamp
    before insert or update on public.clients
    for each row execute function app.stamp_created_at();
