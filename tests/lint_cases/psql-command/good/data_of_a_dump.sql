-- data of a dump are no commands
create table app.depots (nom text, adresse text);
COPY app.depots (nom, adresse) FROM stdin;
Nord	\N
Sud	C:\\dossier
\.
comment on table app.depots is 'Depots';
