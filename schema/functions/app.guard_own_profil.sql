-- Nobody changes his own role, depot or account link, not even an admin; nor makes another profile his own.
create function app.guard_own_profil() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if (old.user_id = auth.uid() or new.user_id = auth.uid())
        and (new.role, new.depot_id, new.user_id) is distinct from (old.role, old.depot_id, old.user_id)
    then
        raise exception 'own profile: role, depot_id and user_id cannot be changed by their holder'
            using errcode = 'insufficient_privilege', hint = 'Ask another administrator.';
    end if;
    return new;
end
$$;
revoke all on function app.guard_own_profil() from public, anon, authenticated, service_role;
