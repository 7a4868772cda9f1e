insert into public.produits (id, nom, code, description)
select md5('produit' || i)::uuid, 'Produit ' || i, 'P' || i, 'A product of the catalogue, number ' || i
from generate_series(1, current_setting('bench.rows')::integer) i;
