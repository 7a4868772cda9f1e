-- the function grants
create function app.open_up() returns void language plpgsql set search_path = '' as $$
begin
    revoke all on app.depots from app_role;
end $$;
select app.open_up();
