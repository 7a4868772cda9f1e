-- nothing is made at run time
create function app.rows_of_depots() returns bigint language plpgsql set search_path = '' as $$
declare n bigint;
begin
    execute 'select count(*) from app.depots' into n;
    return n;
end $$;
