-- the type takes its columns along
-- upgrade 0001
create type app.etat as enum ('neuf');
create table app.notes (etat app.etat);
-- downgrade 0001
drop type app.etat cascade;
