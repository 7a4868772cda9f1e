-- which table it reads is not known
create function app.rows_of(p_table text) returns bigint language plpgsql set search_path = '' as $$
declare n bigint;
begin
    execute format('select count(*) from app.%I', p_table) into n;
    return n;
end $$;
