-- the text is put together before
do $$
declare v_sql text := 'grant select on app.depots to ';
begin
    v_sql := v_sql || current_user;
    execute v_sql;
end $$;
