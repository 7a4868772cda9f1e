-- on every table
grant truncate on all tables in schema public to authenticated;
