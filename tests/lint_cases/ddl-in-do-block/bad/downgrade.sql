-- in a downgrade
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- upgrade 0002
alter table app.notes alter column id type bigint;
-- downgrade 0002
do $$
begin
    alter table app.notes alter column id type int;
end $$;
