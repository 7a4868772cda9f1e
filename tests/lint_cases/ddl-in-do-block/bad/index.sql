-- an index built in a DO block
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- upgrade 0002
do $b$
begin
    if not exists (select from pg_indexes where indexname = $i$notes_nom$i$) then
        create index notes_nom on app.notes (nom);
    end if;
end $b$;
