-- a DO block that changes rows only
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- upgrade 0002
do $$
begin
    update app.notes set nom = 'x' where nom is null;
end $$;
