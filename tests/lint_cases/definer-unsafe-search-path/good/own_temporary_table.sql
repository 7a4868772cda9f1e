-- the function's own temporary table
create function app.f() returns bigint language plpgsql security definer set search_path = ''
as $$ declare n bigint; begin
    create temporary table lignes as select id from public.depots;
    select count(*) into n from lignes;
    return n;
end $$;
