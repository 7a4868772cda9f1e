-- Through another role, in the wrong order.
create role helper;
grant helper to authenticated;
grant pg_read_all_data to helper;
