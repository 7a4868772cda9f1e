    lock table {table} in access exclusive mode;
    v_table := pg_catalog.format('%I.%I', {schema_name}, {table_name});
    if pg_catalog.row_security_active(v_table::pg_catalog.regclass) then
        raise exception 'row security hides rows of % from %, so they cannot be counted', v_table, current_user
            using errcode = 'object_not_in_prerequisite_state',
                  hint = 'Run the downgrade as the owner of the table.';
    end if;
    select pg_catalog.count(*) into v_rows from {table};
    if v_rows > 0 then
        v_found := v_found || pg_catalog.format('%s (%s %s)', v_table, v_rows,
                                                case when v_rows = 1 then 'row' else 'rows' end);
    end if;
