-- a type holds no rows
grant usage on type public.couleur to public;
