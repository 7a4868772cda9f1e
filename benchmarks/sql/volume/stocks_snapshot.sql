-- More lines than two owners of one product can make: i / tanks numbers a product of the catalogue.
insert into public.stocks_snapshot (citerne_id, produit_id, proprietaire_type, depot_id, stock_ambiant, stock_15c)
select md5('citerne' || 1 + t.n)::uuid, md5('produit' || 1 + (i - 1) / t.tanks)::uuid, 'MONALUXE',
    md5('depot' || 1 + t.n % current_setting('bench.depots')::integer)::uuid, 200000 + i % 1000, 198000 + i % 1000
from generate_series(1, current_setting('bench.rows')::integer) i,
    lateral (select (i - 1) % s.tanks as n, s.tanks
        from (values (current_setting('bench.tanks')::integer)) s (tanks)) t;
