-- a column dropped in a DO block
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- upgrade 0002
do $$
begin
    alter table app.notes drop column nom;
end $$;
