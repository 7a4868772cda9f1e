-- Depots, and one account a persona. The owner bootstraps: without a first profile nobody could create one.
insert into public.depots (id, nom, adresse) values
    ('10000000-0000-4000-8000-000000000001', 'Lubumbashi', 'Route de Likasi'),
    ('10000000-0000-4000-8000-000000000002', 'Kolwezi', 'Route de l''aéroport');

insert into auth.users (id, email)
select ('00000000-0000-4000-8000-0000000000' || d.numero || r.numero)::uuid, r.role || '@' || d.nom || '.example'
from (values (1, 'lubumbashi'), (2, 'kolwezi')) d (numero, nom)
cross join (values
    (1, 'admin'), (2, 'directeur'), (3, 'gerant'), (4, 'pca'), (5, 'operateur'), (6, 'lecture')) r (numero, role)
union all
select '00000000-0000-4000-8000-00000000000f', 'sans.profil@depot.example';

insert into public.profils (user_id, nom_complet, role, depot_id, email)
select u.id, initcap(split_part(u.email, '@', 1)) || ' ' || d.nom, split_part(u.email, '@', 1), d.id, u.email
from auth.users u
join public.depots d on u.email like '%@' || lower(d.nom) || '.example';
