insert into public.stocks_ouverture (citerne_id, produit_id, proprietaire_type, stock_ambiant, stock_15c,
    declared_by, reason, date_jour)
select md5('citerne' || 1 + t.n)::uuid, md5('produit' || 1 + (i - 1) / t.tanks)::uuid, 'MONALUXE',
    200000 + i % 1000, 198000 + i % 1000, md5('user' || 1)::uuid, 'Gauged when the line went live', date '2020-01-01'
from generate_series(1, current_setting('bench.rows')::integer) i,
    lateral (select (i - 1) % s.tanks as n, s.tanks
        from (values (current_setting('bench.tanks')::integer)) s (tanks)) t;
