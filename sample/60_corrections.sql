-- Corrections are adjustments: an ordinary one ...
insert into public.stocks_adjustments (mouvement_type, mouvement_id, delta_ambiant, delta_15c, reason, created_by)
select 'RECEPTION', r.id, -120, -119, 'Reliquat constaté au dépotage', '00000000-0000-4000-8000-000000000011'
from public.receptions r join public.citernes t on t.id = r.citerne_id
where t.nom = 'L1' and r.proprietaire_type = 'MONALUXE'
order by r.date_reception limit 1;

-- ... and, planted, one that takes off more than was received: STOCK_NEGATIF.
insert into public.stocks_adjustments (mouvement_type, mouvement_id, delta_ambiant, delta_15c, reason, created_by)
select 'RECEPTION', r.id, -14500, -14400, 'Jauge relue après réclamation', '00000000-0000-4000-8000-000000000011'
from public.receptions r where r.note = 'Jauge à vérifier';
