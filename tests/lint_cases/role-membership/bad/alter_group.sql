-- The old words for it.
alter group service_role add user authenticated;
