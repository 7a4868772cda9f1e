-- CREATE on a database is another privilege
grant create on database depot to depot_owner;
