-- The six roles in turn, then the next depot: users 1 to 6 are the six roles of depot 1.
insert into public.profils (user_id, nom_complet, role, depot_id, email)
select md5('user' || i)::uuid, 'User ' || i,
    (array['admin', 'directeur', 'gerant', 'pca', 'operateur', 'lecture'])[1 + (i - 1) % 6],
    md5('depot' || 1 + (i - 1) / 6 % current_setting('bench.depots')::integer)::uuid,
    'user' || i || '@example.org'
from generate_series(1, current_setting('bench.rows')::integer) i;
