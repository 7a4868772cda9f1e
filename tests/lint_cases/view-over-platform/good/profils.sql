-- from the project's own table
create view public.comptes with (security_invoker = on) as select nom, email from public.profils;
