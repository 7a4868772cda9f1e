-- Only the first bench.depots of them hold tanks, receive trips and have users.
insert into public.depots (id, nom, adresse)
select md5('depot' || i)::uuid, 'Depot ' || i, i || ' avenue du Commerce'
from generate_series(1, current_setting('bench.rows')::integer) i;
