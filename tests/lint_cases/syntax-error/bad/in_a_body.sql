-- stored unread, and fails at its first call
create function app.f() returns integer language plpgsql set search_path = '' as $$
begin
    return (select 1 form app.depots);
end $$;
