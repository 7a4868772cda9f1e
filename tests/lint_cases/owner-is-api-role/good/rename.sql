-- not an owner
alter table public.depots rename column nom to libelle;
