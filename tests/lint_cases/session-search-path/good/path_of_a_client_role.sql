-- Scripts do not run as a role of clients; nobody may create in the schema.
-- upgrade 0001
create schema api;
alter role authenticated set search_path = api;
-- upgrade 0002
create table journal (id int);
alter table journal enable row level security;
revoke all on table journal from public, anon, authenticated;
