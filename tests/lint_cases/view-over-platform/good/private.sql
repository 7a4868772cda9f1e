-- nobody reaches it
create view prive.comptes as select id, email from auth.users;
