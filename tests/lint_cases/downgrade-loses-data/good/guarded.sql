-- it stops as long as there are rows
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- downgrade 0001
do $$
begin
    if exists (select from app.notes) then
        raise exception 'app.notes holds rows';
    end if;
end $$;
drop table app.notes;
