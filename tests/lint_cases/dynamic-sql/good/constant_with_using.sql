-- values come in by USING
create function app.nom_of(p_id uuid) returns text language plpgsql stable set search_path = '' as $$
declare v_nom text;
begin
    execute 'select nom from app.depots where id = $1' into strict v_nom using p_id;
    return v_nom;
end $$;
