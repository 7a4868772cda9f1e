insert into public.clients (id, nom, contact_personne, email, telephone, adresse, pays)
select md5('client' || i)::uuid, 'Client ' || i, 'Contact ' || i, 'client' || i || '@example.org',
    '+243 ' || 800000000 + i, i || ' avenue du Commerce', 'RDC'
from generate_series(1, current_setting('bench.rows')::integer) i;
