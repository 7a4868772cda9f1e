-- a view
alter view public.actifs owner to authenticator;
