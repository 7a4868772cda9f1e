-- a function has one privilege
grant all on function app.total() to authenticated;
