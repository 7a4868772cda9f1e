-- the guard looks at another table
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
create table app.autres (id int);
-- downgrade 0001
do $$
begin
    if exists (select from app.autres) then
        raise exception 'app.autres holds rows';
    end if;
end $$;
drop table app.autres;
drop table app.notes;
