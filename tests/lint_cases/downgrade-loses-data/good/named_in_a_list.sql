-- the guard goes through a list of names
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- downgrade 0001
do $$
declare
    v_rows bigint;
begin
    select n_live_tup into v_rows from pg_catalog.pg_stat_user_tables
    where (schemaname, relname) in (('app', 'notes'));
    if v_rows > 0 then
        raise exception 'rows would be lost';
    end if;
end $$;
drop table app.notes;
