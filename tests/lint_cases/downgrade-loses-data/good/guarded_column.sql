-- it stops as long as the column holds anything
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- upgrade 0002
alter table app.notes add column titre text;
-- downgrade 0002
do $$
begin
    if exists (select from app.notes where titre is not null) then
        raise 'notes have titles' using errcode = 'object_not_in_prerequisite_state';
    end if;
end $$;
alter table app.notes drop column titre;
