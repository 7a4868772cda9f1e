-- ALL on a database holds CREATE.
grant all privileges on database postgres to authenticated;
