-- execute is no reserved word
create function app.f() returns integer language plpgsql set search_path = '' as $$
declare execute integer;
begin
    execute := 1;
    execute = execute + 1;
    return execute;
end $$;
