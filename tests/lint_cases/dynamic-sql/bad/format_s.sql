-- %s does not quote
create function app.count_in(p_table text) returns bigint language plpgsql set search_path = '' as $$
declare n bigint;
begin
    execute format('select count(*) from app.%s', p_table) into n;
    return n;
end $$;
