-- PUBLIC hides in a list of roles
grant usage on schema rapports to authenticated, public;
