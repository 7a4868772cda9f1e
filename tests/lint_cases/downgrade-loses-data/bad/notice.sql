-- a notice stops nothing
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- downgrade 0001
do $$
begin
    if exists (select from app.notes) then
        raise notice 'app.notes holds rows';
    end if;
end $$;
drop table app.notes;
