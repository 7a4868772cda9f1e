-- Row triggers do not see TRUNCATE; this statement trigger does. Maintenance does not open it.
create function app.refuse_truncate() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    raise exception '%: immutable, truncate refused', tg_table_name using errcode = 'restrict_violation';
end
$$;
revoke all on function app.refuse_truncate() from public, anon, authenticated, service_role;
