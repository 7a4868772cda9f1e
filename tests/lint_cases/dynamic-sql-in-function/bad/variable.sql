-- a text in a variable
create function app.refresh() returns void language plpgsql set search_path = '' as $$
declare v_sql text;
begin
    v_sql := format('analyze app.%I', current_date::text);
    execute v_sql;
end $$;
