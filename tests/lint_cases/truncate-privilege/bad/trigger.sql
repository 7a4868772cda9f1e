-- TRIGGER runs code as others
grant trigger on table public.receptions to authenticated;
