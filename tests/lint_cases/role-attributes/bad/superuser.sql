-- everything is void
alter user authenticator with superuser;
