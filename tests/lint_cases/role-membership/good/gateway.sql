-- what the gateway is for
grant anon, authenticated, service_role to authenticator;
