create function app.log_action(
    p_action text, p_module text, p_niveau text, p_cible_id uuid, p_details jsonb
) returns void
language sql volatile security invoker set search_path = ''
as $$
    insert into public.log_actions (user_id, action, module, niveau, cible_id, details)
    values ((select auth.uid()), p_action, p_module, p_niveau, p_cible_id, p_details)
$$;
revoke all on function app.log_action(text, text, text, uuid, jsonb) from public, anon, authenticated, service_role;
