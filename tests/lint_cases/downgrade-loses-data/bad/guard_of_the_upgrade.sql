-- a guard in the upgrade does not run in the downgrade
-- upgrade 0001
do $$
begin
    if exists (select from app.notes) then
        raise exception 'app.notes holds rows';
    end if;
end $$;
create table app.notes (id int);
-- downgrade 0001
drop table app.notes;
