-- USAGE only
grant usage on schema public to authenticated;
