-- PL/pgSQL that does not close
create function app.f() returns integer language plpgsql set search_path = '' as $$
begin
    if true then
        return 1;
    return 2;
end $$;
