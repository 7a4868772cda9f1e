-- The stock at go-live, 31 days ago: declared once a line, by an administrator.
select public.declare_stock_ouverture(c.id, c.produit_id, 'MONALUXE', o.ambiant, o.a_15c,
    'Inventaire physique de mise en service', now() - interval '31 days')
from public.citernes c
join (values ('L1', 400000, 396800), ('L2', 150000, 148300), ('L3', 30000, 29760),
    ('K1', 300000, 297600), ('K2', 120000, 118640)) o (nom, ambiant, a_15c) on o.nom = c.nom
order by c.nom;

select public.declare_stock_ouverture(c.id, c.produit_id, 'PARTENAIRE', 60000, 59520,
    'Produit du partenaire à la mise en service', now() - interval '31 days')
from public.citernes c where c.nom = 'L1';
