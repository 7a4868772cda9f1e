-- This downgrade loses the rows of these tables: it refuses as long as there are any.
do $rempart$
declare
    v_table text;
    v_rows bigint;
    v_found text[] := '{{}}';
begin
    for v_table in
        select pg_catalog.format('%I.%I', t.schema_name, t.table_name)
        from (values {tables}) as t (schema_name, table_name)
    loop
        execute 'lock table ' || v_table || ' in access exclusive mode';
        if pg_catalog.row_security_active(v_table::pg_catalog.regclass) then
            raise exception 'row security hides rows of % from %, so they cannot be counted', v_table, current_user
                using errcode = 'object_not_in_prerequisite_state',
                      hint = 'Run the downgrade as the owner of the table.';
        end if;
        execute 'select pg_catalog.count(*) from ' || v_table into v_rows;
        if v_rows > 0 then
            v_found := v_found || pg_catalog.format('%s (%s %s)', v_table, v_rows,
                                                    case when v_rows = 1 then 'row' else 'rows' end);
        end if;
    end loop;
    if v_found <> '{{}}' then
        raise exception 'the downgrade would lose the rows of %', pg_catalog.array_to_string(v_found, ', ')
            using errcode = 'object_not_in_prerequisite_state',
                  hint = 'Keep a backup, then pass -x allow-data-loss=1 to lose these rows.';
    end if;
end
$rempart$;
