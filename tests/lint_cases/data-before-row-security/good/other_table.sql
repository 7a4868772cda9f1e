-- made elsewhere
insert into public.depots (nom) values ('Kolwezi');
