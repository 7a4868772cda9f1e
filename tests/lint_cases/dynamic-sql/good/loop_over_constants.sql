-- the names are written there
do $$
declare
    v_table text;
    c_role constant text := 'service_role';
begin
    foreach v_table in array array['depots', 'citernes']::text[] loop
        execute format('revoke all on app.%I from public, %I', v_table, c_role);
    end loop;
end $$;
