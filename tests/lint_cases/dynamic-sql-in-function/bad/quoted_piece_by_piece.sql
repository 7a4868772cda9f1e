-- put together of quoted pieces
create function app.search(p_nom text) returns setof text language plpgsql set search_path = '' as $$
declare
    v_sql text := 'select nom from app.depots where true';
    v_order text := ' order by nom';
begin
    if p_nom is not null then
        v_sql := v_sql || format(' and nom = %L', p_nom);
    end if;
    return query execute v_sql || v_order::text;
end $$;
