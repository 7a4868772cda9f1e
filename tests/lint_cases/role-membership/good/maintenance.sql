-- for the owner
grant pg_monitor to depot_owner;
