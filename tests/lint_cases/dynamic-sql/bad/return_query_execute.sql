-- RETURN QUERY EXECUTE is an EXECUTE
create function app.rows_where(p_nom text) returns setof text language plpgsql set search_path = '' as $$
begin
    return query execute 'select nom from app.depots where nom = ''' || p_nom || '''';
end $$;
