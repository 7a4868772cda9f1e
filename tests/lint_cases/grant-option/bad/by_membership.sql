-- A role that requests run as, because the gateway's login role is a member of it.
create role cadre;
grant cadre to authenticator;
grant usage on schema app to cadre with grant option;
