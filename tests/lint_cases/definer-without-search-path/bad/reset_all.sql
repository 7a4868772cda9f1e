-- All settings go, the search path too.
create function app.total() returns int language sql security definer set search_path = '' as 'select 1';
alter function app.total() reset all;
