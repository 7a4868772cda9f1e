-- the body of a function runs when it is called
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- upgrade 0002
create function app.f() returns void language plpgsql set search_path = '' as $$
begin
    create temporary table scratch (id int) on commit drop;
    alter table scratch add column x int;
end $$;
