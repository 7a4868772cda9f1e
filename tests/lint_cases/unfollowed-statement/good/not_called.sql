-- the procedure changes tables, but nothing calls it
create procedure app.reset() language plpgsql set search_path = '' as $$
begin
    alter table app.depots alter column nom drop not null;
end $$;
