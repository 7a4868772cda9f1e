-- Reference data, as an administrator enters it.
insert into public.produits (id, nom, code, description) values
    ('20000000-0000-4000-8000-000000000001', 'Gasoil', 'G.O', 'Gasoil 50 ppm'),
    ('20000000-0000-4000-8000-000000000002', 'Essence', 'ESS', 'Essence super sans plomb');

insert into public.fournisseurs (nom, pays) values ('Indeni', 'Zambie'), ('Puma Ndola', 'Zambie'), ('Engen Walvis', 'Namibie');
insert into public.clients (nom, contact_personne) values
    ('Minière du Kando', 'M. Kabila'), ('Transports Lualaba', 'Mme Mwamba'), ('Station Kenya', 'M. Ilunga');
insert into public.partenaires (id, nom) values
    ('30000000-0000-4000-8000-000000000001', 'Katanga Trading'), ('30000000-0000-4000-8000-000000000002', 'SudPetrole');

-- C1 and C2 hold the month's movements. C3 and C4 are where things go wrong.
insert into public.citernes (id, depot_id, nom, produit_id, capacite_totale, capacite_securite, localisation)
select ('4' || lpad(d.numero::text, 7, '0') || '-0000-4000-8000-00000000000' || c.numero)::uuid, d.id,
    d.lettre || c.numero, c.produit_id, c.capacite_totale, c.capacite_securite, 'Zone ' || c.numero
from (values
    (1, 'L', '10000000-0000-4000-8000-000000000001'::uuid),
    (2, 'K', '10000000-0000-4000-8000-000000000002'::uuid)) d (numero, lettre, id)
cross join (values
    (1, '20000000-0000-4000-8000-000000000001'::uuid, 2000000, 20000),
    (2, '20000000-0000-4000-8000-000000000002'::uuid, 1000000, 10000),
    (3, '20000000-0000-4000-8000-000000000001'::uuid, 50000, 5000)
) c (numero, produit_id, capacite_totale, capacite_securite);
