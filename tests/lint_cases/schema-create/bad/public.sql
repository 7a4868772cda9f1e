-- everybody
-- also: grant-to-public
grant create on schema public to public;
