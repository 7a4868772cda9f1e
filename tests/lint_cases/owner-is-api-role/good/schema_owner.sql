-- a schema of the owner
create schema rapports authorization depot_owner;
