-- the usual hardening
revoke create on schema public from public;
