-- nobody less
-- also: grant-to-forbidden-role
grant create on schema extensions to anon;
