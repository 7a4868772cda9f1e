-- A member is taken away.
alter group service_role drop user authenticated;
