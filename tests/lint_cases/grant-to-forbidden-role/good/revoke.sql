-- the opposite
revoke all on all tables in schema public from anon;
