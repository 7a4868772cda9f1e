-- the word alone is no EXECUTE
do $$
begin
    raise notice 'execute % now', current_user;
    -- execute v_sql;
    perform 'execute ' || 'this';
end $$;
