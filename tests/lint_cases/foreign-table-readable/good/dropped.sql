-- gone
create foreign table public.distant (id int) server autre;
drop foreign table public.distant;
