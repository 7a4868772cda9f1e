-- a declared state is not run on a database in use
create table app.notes (id int);
do $$
begin
    alter table app.notes add constraint notes_id check (id > 0);
end $$;
