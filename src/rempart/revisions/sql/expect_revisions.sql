-- Nobody counts the rows a script changes in the version table: stop if the database is elsewhere.
do $rempart$
declare
    v_expected text := {revisions};
    v_found text := coalesce(
        (select pg_catalog.string_agg(v.version_num, ', ' order by v.version_num) from rempart.alembic_version v), 'base');
begin
    if v_found <> v_expected then
        raise exception 'the database is at revision %, and this script expects it at %', v_found, v_expected
            using errcode = 'object_not_in_prerequisite_state',
                  hint = 'Write the script again, from the revision that "alembic current" shows.';
    end if;
end
$rempart$;
