-- the function changes nothing
create function app.un() returns integer language sql set search_path = '' as 'select 1';
select app.un();
