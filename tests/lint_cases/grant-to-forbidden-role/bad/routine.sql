-- a procedure
grant execute on procedure public.cloturer() to anon;
