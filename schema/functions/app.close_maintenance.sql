create function app.close_maintenance(p_purpose text) returns void
language sql volatile security invoker set search_path = ''
as $$
    delete from app.maintenance_transactions where xact_id = pg_current_xact_id() and purpose = p_purpose
$$;
revoke all on function app.close_maintenance(text) from public, anon, authenticated, service_role;
