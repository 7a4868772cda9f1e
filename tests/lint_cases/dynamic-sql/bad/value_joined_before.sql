-- the value was joined to the text before it is run
create function app.search(p_nom text) returns setof text language plpgsql set search_path = '' as $$
declare v_sql text;
begin
    v_sql := 'select nom from app.depots where true';
    if p_nom is not null then
        v_sql := v_sql || ' and nom = ''' || p_nom || '''';
    end if;
    return query execute v_sql;
end $$;
