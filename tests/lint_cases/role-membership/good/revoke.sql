-- taken away
revoke service_role from authenticated;
