-- Clients may create in the first schema that every request looks names up in.
-- also: schema-create
create schema scratch;
grant usage, create on schema scratch to authenticated;
alter role authenticator set search_path = scratch, public;
