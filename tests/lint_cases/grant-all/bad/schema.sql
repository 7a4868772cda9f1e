-- ALL on a schema holds CREATE
-- also: schema-create
grant all on schema public to authenticated;
