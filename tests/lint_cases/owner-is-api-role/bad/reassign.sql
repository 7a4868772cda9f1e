-- everything at once
reassign owned by depot_owner to authenticated;
