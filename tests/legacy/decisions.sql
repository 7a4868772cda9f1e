-- What a person decided about the rows of tests/legacy/depot.sql before it is adopted: `rempart adopt` lists the rows
-- that break the baseline, and never changes one itself. Runs as the owner.

-- Nobody ever wrote down where the tanks stand, nor how much has to stay in them.
alter table public.citernes add column capacite_securite double precision, add column localisation text;
update public.citernes set capacite_securite = 0, localisation = 'à préciser';

-- A trip was entered on the day it was loaded.
alter table public.cours_de_route add column date_chargement date;
update public.cours_de_route set date_chargement = coalesce(created_at, timestamptz '2024-01-01')::date;

-- The log gets the identifiers of the application; the old numbers stay beside them.
alter table public.log_actions rename column id to ancien_numero;
alter table public.log_actions drop constraint log_actions_pkey;
alter table public.log_actions add column id uuid not null default gen_random_uuid();
alter table public.log_actions add constraint log_actions_pkey primary key (id);

-- The product of a movement is that of its tank; gauges were not read.
set app.maintenance = 'on';
alter table public.receptions
    add column produit_id uuid, add column index_avant double precision, add column index_apres double precision;
update public.receptions r set produit_id = c.produit_id, index_avant = 0, index_apres = r.volume_ambiant
from public.citernes c where c.id = r.citerne_id;
alter table public.sorties_produit add column produit_id uuid, add column client_id uuid;
update public.sorties_produit s
set produit_id = c.produit_id, client_id = (select min(k.id::text)::uuid from public.clients k)
from public.citernes c where c.id = s.citerne_id;
reset app.maintenance;

-- All of the stock was the company's own.
alter table public.stocks_snapshot add column produit_id uuid, add column proprietaire_type text;
update public.stocks_snapshot s set produit_id = c.produit_id, proprietaire_type = 'MONALUXE'
from public.citernes c where c.id = s.citerne_id;
