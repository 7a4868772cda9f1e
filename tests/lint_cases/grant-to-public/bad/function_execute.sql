-- EXECUTE given back to everybody
grant execute on function public.total(uuid) to public;
