-- anon is a member of the role that gets it
-- also: role-membership
create role visiteurs;
grant visiteurs to anon;
grant select on table public.depots to visiteurs;
