-- the gateway becomes a superuser
create role chef superuser;
grant chef to authenticator;
