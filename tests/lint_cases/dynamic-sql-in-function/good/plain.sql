-- no EXECUTE
create function app.rows_of_depots() returns bigint language plpgsql set search_path = '' as $$
begin
    return (select count(*) from app.depots);
end $$;
