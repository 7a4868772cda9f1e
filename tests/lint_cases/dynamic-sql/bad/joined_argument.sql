-- a caller's value is joined to SQL
create function app.count_of(p_where text) returns bigint language plpgsql set search_path = '' as $$
declare n bigint;
begin
    execute 'select count(*) from app.depots where ' || p_where into n;
    return n;
end $$;
