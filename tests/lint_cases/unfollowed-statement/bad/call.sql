-- the procedure switches row security off
create procedure app.reset() language plpgsql set search_path = '' as $$
begin
    alter table app.depots disable row level security;
end $$;
call app.reset();
