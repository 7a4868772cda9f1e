-- A client's clock is not trusted: a row created by a request is dated by the server, once, and keeps its id.
create function app.stamp_created_at() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if auth.uid() is not null then
        if tg_op = 'INSERT' then
            new.created_at := now();
        else
            new.id := old.id;
            new.created_at := old.created_at;
        end if;
    end if;
    return new;
end
$$;
revoke all on function app.stamp_created_at() from public, anon, authenticated, service_role;
