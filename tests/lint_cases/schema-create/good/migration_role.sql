-- the owner of migrations
grant create on schema public to depot_owner;
