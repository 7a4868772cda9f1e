-- the table is created by the same revision
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
do $$
begin
    alter table app.notes add constraint notes_id check (id > 0);
end $$;
