-- A depot for the access tests, planted by the owner: rows of two depots and of none in every table, and for every
-- table and place a row without dependents to aim at. Ids are md5('name')::uuid.

insert into public.depots (id, nom) values
    (md5('depot/1')::uuid, 'Un'), (md5('depot/2')::uuid, 'Deux'), (md5('depots/any')::uuid, 'Vide');

insert into auth.users (id, email)
select md5(r.role || '/' || d.place)::uuid, r.role || d.place || '@example.org'
from (values ('admin'), ('directeur'), ('gerant'), ('pca'), ('operateur'), ('lecture')) r (role)
cross join (values ('1'), ('2'), ('none')) d (place)
union all
select md5(n)::uuid, n || '@example.org'
from unnest(array['sans_profil', 'auteur', 'libre', 'collegue/1', 'collegue/2']) n;

insert into public.profils (id, user_id, nom_complet, role, depot_id)
select md5('profil/' || r.role || '/' || d.place)::uuid, md5(r.role || '/' || d.place)::uuid,
    r.role || ' ' || d.place, r.role, case when d.place <> 'none' then md5('depot/' || d.place)::uuid end
from (values ('admin'), ('directeur'), ('gerant'), ('pca'), ('operateur'), ('lecture')) r (role)
cross join (values ('1'), ('2'), ('none')) d (place);
-- To aim at: a colleague in each depot, and a profile that belongs to no account.
insert into public.profils (id, user_id, nom_complet, role, depot_id) values
    (md5('profils/1')::uuid, md5('collegue/1')::uuid, 'Collègue un', 'lecture', md5('depot/1')::uuid),
    (md5('profils/2')::uuid, md5('collegue/2')::uuid, 'Collègue deux', 'lecture', md5('depot/2')::uuid),
    (md5('profils/none')::uuid, null, 'Sans compte', 'lecture', null);

insert into public.produits (id, nom, code) values
    (md5('produit')::uuid, 'Gasoil', 'G.O'), (md5('produits/any')::uuid, 'Essence', 'ESS');
insert into public.clients (id, nom) values (md5('client')::uuid, 'Client'), (md5('clients/any')::uuid, 'Client libre');
insert into public.fournisseurs (id, nom) values (md5('fournisseurs/any')::uuid, 'Fournisseur');
insert into public.partenaires (id, nom) values (md5('partenaires/any')::uuid, 'Partenaire');

-- A tank with movements in each place, one to aim at, and one that has moved from depot 1 to depot 2.
insert into public.citernes (id, depot_id, nom, produit_id, capacite_totale, capacite_securite, localisation)
select md5(t.name)::uuid, case when p.place <> 'none' then md5('depot/' || p.place)::uuid end,
    t.name, md5('produit')::uuid, 1000000, 1000, 'Zone ' || p.place
from (values ('1'), ('2'), ('none')) p (place)
cross join lateral (values ('tank/' || p.place), ('citernes/' || p.place)) t (name);
insert into public.citernes (id, depot_id, nom, produit_id, capacite_totale, capacite_securite, localisation)
values (md5('tank/moved')::uuid, md5('depot/1')::uuid, 'tank/moved', md5('produit')::uuid, 1000000, 1000, 'Zone 1');
insert into public.citernes
    (id, depot_id, nom, produit_id, capacite_totale, capacite_securite, localisation, statut)
values (md5('tank/dormant')::uuid, md5('depot/1')::uuid, 'tank/dormant', md5('produit')::uuid, 10, 1, 'Zone 1', 'inactive');

insert into public.stocks_ouverture
    (id, citerne_id, produit_id, proprietaire_type, stock_ambiant, stock_15c, declared_at, reason)
select md5('stocks_ouverture/' || p.place)::uuid, md5('tank/' || p.place)::uuid, md5('produit')::uuid, 'MONALUXE',
    100000, 99000, now() - interval '20 days', 'Inventaire de départ'
from (values ('1'), ('2'), ('none'), ('moved')) p (place);
update public.citernes set depot_id = md5('depot/2')::uuid where id = md5('tank/moved')::uuid;

insert into public.cours_de_route
    (id, fournisseur_id, depot_destination_id, produit_id, plaque_camion, date_chargement, statut, arrive_at)
select md5(t.name)::uuid, null, case when p.place <> 'none' then md5('depot/' || p.place)::uuid end,
    md5('produit')::uuid, t.name, current_date - 9, t.statut, t.arrive_at
from (values ('1'), ('2'), ('none')) p (place)
cross join lateral (values
    ('cours_de_route/' || p.place, 'TRANSIT', null),
    ('cdr/' || p.place, 'ARRIVE', now() - interval '6 days')) t (name, statut, arrive_at);

insert into public.receptions
    (id, citerne_id, produit_id, index_avant, index_apres, volume_15c, date_reception, created_by)
select md5('receptions/' || p.place)::uuid, md5('tank/' || p.place)::uuid, md5('produit')::uuid, 0, 10000, 9900,
    current_date - 5, md5('auteur')::uuid
from (values ('1'), ('2'), ('none')) p (place);

insert into public.sorties_produit
    (id, citerne_id, produit_id, client_id, volume_ambiant, volume_15c, statut, date_sortie, created_by)
select md5('sortie/' || p.place || '/' || s.statut)::uuid, md5('tank/' || p.place)::uuid, md5('produit')::uuid,
    md5('client')::uuid, 1000, 990, s.statut, now() - interval '2 days', md5('auteur')::uuid
from (values ('1'), ('2'), ('none')) p (place)
cross join (values ('validee'), ('rejetee')) s (statut);
-- A draft in each place of every account, the ones without a profile included.
insert into public.sorties_produit
    (id, citerne_id, produit_id, client_id, volume_ambiant, volume_15c, statut, created_by)
select md5('brouillon/' || p.place || '/' || u.id)::uuid, md5('tank/' || p.place)::uuid, md5('produit')::uuid,
    md5('client')::uuid, 100, 99, 'brouillon', u.id
from (values ('1'), ('2'), ('none')) p (place)
cross join auth.users u;

insert into public.stocks_adjustments
    (id, mouvement_type, mouvement_id, delta_ambiant, delta_15c, reason, created_by)
select md5('stocks_adjustments/' || p.place)::uuid, 'RECEPTION', md5('receptions/' || p.place)::uuid, -10, -10,
    'Reliquat constaté', md5('auteur')::uuid
from (values ('1'), ('2'), ('none')) p (place);

insert into public.prises_de_hauteur (id, citerne_id, volume_mesure)
select md5('prises_de_hauteur/' || p.place)::uuid, case when p.place <> 'none' then md5('tank/' || p.place)::uuid end, 5000
from (values ('1'), ('2'), ('none')) p (place);

insert into public.log_actions (id, action, module) values (md5('log_actions/any')::uuid, 'ESSAI', 'tests');

insert into public.system_alerts (id, check_code, severity, entity_type, entity_id, message)
values (md5('system_alerts/any')::uuid, 'CDR_ARRIVE_STALE', 'WARN', 'CDR', md5('cdr/1')::uuid, 'Essai');

-- Each of the other tables by its own row to aim at.
update public.stocks_snapshot set id = md5('stocks_snapshot/' || p.place)::uuid
from (values ('1'), ('2'), ('none')) p (place) where citerne_id = md5('tank/' || p.place)::uuid;
update public.stocks_journaliers set id = md5('stocks_journaliers/' || p.place)::uuid
from (values ('1'), ('2'), ('none')) p (place)
where citerne_id = md5('tank/' || p.place)::uuid and date_jour = current_date - 5;
