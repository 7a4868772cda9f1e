-- whoever registers says himself what he is
create function prive.nouveau_compte() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    insert into prive.profils (user_id, nom, role)
    values (new.id, new.raw_user_meta_data ->> 'nom', coalesce(new.raw_user_meta_data->>'role', 'lecture'));
    return new;
end;
$$;
create trigger nouveau_compte after insert on auth.users for each row execute function prive.nouveau_compte();
