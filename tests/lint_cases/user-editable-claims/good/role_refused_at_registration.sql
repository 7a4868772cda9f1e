-- a role that is named is refused, and one from the server's part is taken
create function prive.nouveau_compte() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    -- not new.raw_user_meta_data ->> 'role'
    if (new.raw_user_meta_data ->> 'role') is not null then
        raise exception 'no role may be asked for';
    end if;
    insert into prive.profils (user_id, nom, role)
    values (new.id, new.raw_user_meta_data ->> 'nom', new.raw_app_meta_data ->> 'role');
    return new;
end;
$$;
create trigger nouveau_compte after insert on auth.users for each row execute function prive.nouveau_compte();
