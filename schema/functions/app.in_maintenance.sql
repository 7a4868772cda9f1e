create function app.in_maintenance(p_purpose text) returns boolean
language sql volatile security invoker set search_path = ''
as $$
    select exists (
        select from app.maintenance_transactions
        where xact_id = pg_current_xact_id_if_assigned() and purpose = p_purpose
    )
$$;
revoke all on function app.in_maintenance(text) from public, anon, authenticated, service_role;
