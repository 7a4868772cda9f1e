-- The same by another way.
SET SESSION AUTHORIZATION authenticated;
create function app.total() returns int language sql set search_path = '' as 'select 1';
