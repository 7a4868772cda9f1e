-- which of the texts runs depends on the way there
do $$
declare v_sql text := 'comment on schema app is ''a''';
begin
    if current_user = 'x' then
        v_sql := 'drop schema app';
    end if;
    execute v_sql;
end $$;
