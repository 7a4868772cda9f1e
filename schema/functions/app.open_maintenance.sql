-- Opens the guards of one purpose for the current transaction. For maintenance functions only, which close it
-- again before they return: their caller gets nothing out of it.
create function app.open_maintenance(p_purpose text) returns void
language sql volatile security invoker set search_path = ''
as $$
    insert into app.maintenance_transactions (xact_id, purpose) values (pg_current_xact_id(), p_purpose)
$$;
revoke all on function app.open_maintenance(text) from public, anon, authenticated, service_role;
