-- every policy is void
alter role authenticated bypassrls;
