-- members of the owner
create table app.t (id int);
alter table app.t owner to depot_owner;
grant depot_owner to authenticated;
