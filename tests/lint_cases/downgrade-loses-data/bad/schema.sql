-- a schema with everything in it
-- upgrade 0001
create schema app;
-- downgrade 0001
drop schema app cascade;
