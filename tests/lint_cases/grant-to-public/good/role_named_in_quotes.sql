-- another role
grant select on table public.depots to "Public readers";
