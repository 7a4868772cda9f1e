-- Every role may create in public here, and all sessions begin there.
-- also: schema-create, grant-to-public
grant create on schema public to public;
alter role all set search_path to "$user", public;
