-- How many values cannot be converted, and some of them. Nothing is written: the outcome is a setting of the transaction.
do $rempart$
declare
    v_row record;
    v_rows bigint := 0;
    v_examples text[] := '{{}}';
begin
    for v_row in {rows} loop
        begin
            perform {value} from {table} t where t.ctid = v_row.place;
        exception when data_exception or cannot_coerce or check_violation then
            v_rows := v_rows + 1;
            if v_rows <= {examples} then
                v_examples := v_examples || v_row.{key};
            end if;
        end;
    end loop;
    perform pg_catalog.set_config('rempart.unconverted',
        pg_catalog.json_build_object('rows', v_rows, 'examples', v_examples)::text, true);
end
$rempart$
