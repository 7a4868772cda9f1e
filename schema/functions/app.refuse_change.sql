-- Row guard of what is never changed: validated movements, adjustments, opening stocks, logs.
create function app.refuse_change() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if app.in_maintenance('stock') then
        if tg_op = 'DELETE' then
            return old;
        end if;
        return new;
    end if;
    raise exception '% %: immutable, % refused', tg_table_name, old.id, lower(tg_op)
        using errcode = 'restrict_violation',
            hint = 'A validated movement is corrected by a row in stocks_adjustments.';
end
$$;
revoke all on function app.refuse_change() from public, anon, authenticated, service_role;
