-- in a list
grant usage, create on schema public, app to authenticated;
