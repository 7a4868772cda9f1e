-- by way of a variable
create function app.report(q text) returns void language plpgsql set search_path = '' as $$
declare v_sql text := q;
begin
    execute v_sql;
end $$;
