insert into public.fournisseurs (id, nom, contact_personne, email, telephone, adresse, pays)
select md5('fournisseur' || i)::uuid, 'Fournisseur ' || i, 'Contact ' || i,
    'fournisseur' || i || '@example.org', '+255 ' || 700000000 + i, i || ' Kilwa Road', 'Tanzanie'
from generate_series(1, current_setting('bench.rows')::integer) i;
