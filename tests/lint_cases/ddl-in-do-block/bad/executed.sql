-- the statement is the constant text of an EXECUTE
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- upgrade 0002
do $$
begin
    execute 'alter table app.notes add constraint notes_id check (id > 0)';
end $$;
