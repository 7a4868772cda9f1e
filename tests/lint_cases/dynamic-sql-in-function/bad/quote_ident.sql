-- the same, joined
create function app.rows_of(p_table text) returns bigint language plpgsql set search_path = '' as $$
declare n bigint;
begin
    execute 'select count(*) from app.' || quote_ident(p_table) into n;
    return n;
end $$;
