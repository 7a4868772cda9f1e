-- in the exposed schema
create foreign table public.distant (id int) server autre;
