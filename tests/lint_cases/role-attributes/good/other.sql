-- not an API role
alter role sauvegarde replication;
