-- A day's rows of all tanks follow each other: i counts tanks within days.
insert into public.stocks_journaliers (citerne_id, produit_id, date_jour, stock_ambiant, stock_15c, depot_id, source)
select md5('citerne' || 1 + t.n)::uuid, md5('produit' || 1 + (t.n + 1) % 2)::uuid,
    date '2020-01-01' + (i - 1) / t.tanks, 200000 + i % 1000, 198000 + i % 1000,
    md5('depot' || 1 + t.n % current_setting('bench.depots')::integer)::uuid, 'RECEPTION'
from generate_series(1, current_setting('bench.rows')::integer) i,
    lateral (select (i - 1) % s.tanks as n, s.tanks
        from (values (current_setting('bench.tanks')::integer)) s (tanks)) t;
