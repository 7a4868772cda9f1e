-- Only to come in.
grant connect on database postgres to authenticated;
grant create on database postgres to depot_owner;
