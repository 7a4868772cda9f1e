-- This downgrade loses the rows of these tables: it refuses as long as there are any.
do $rempart$
declare
    v_table text;
    v_rows bigint;
    v_found text[] := '{{}}';
begin
{tables}
    if v_found <> '{{}}' then
        raise exception 'the downgrade would lose the rows of %', pg_catalog.array_to_string(v_found, ', ')
            using errcode = 'object_not_in_prerequisite_state',
                  hint = 'Keep a backup, then pass -x allow-data-loss=1 to lose these rows.';
    end if;
end
$rempart$;
