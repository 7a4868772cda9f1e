insert into public.partenaires (id, nom, contact, email, telephone)
select md5('partenaire' || i)::uuid, 'Partenaire ' || i, 'Contact ' || i, 'partenaire' || i || '@example.org',
    '+243 ' || 900000000 + i
from generate_series(1, current_setting('bench.rows')::integer) i;
