-- a role that bypasses row security
create role robot bypassrls;
grant robot to authenticated;
