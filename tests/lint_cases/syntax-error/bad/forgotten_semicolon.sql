-- the statement before is not closed
create schema app
create schema autre;
create table app.depots (id uuid)
revoke all on app.depots from public;
