-- bench.tanks of them, dealt out to the depots in turn.
insert into public.citernes (id, depot_id, nom, capacite_totale, capacite_securite, localisation, produit_id)
select md5('citerne' || i)::uuid, md5('depot' || 1 + (i - 1) % current_setting('bench.depots')::integer)::uuid,
    'Tank ' || i, 500000, 5000, 'Row ' || i % 40, md5('produit' || 1 + i % 2)::uuid
from generate_series(1, current_setting('bench.tanks')::integer) i;
