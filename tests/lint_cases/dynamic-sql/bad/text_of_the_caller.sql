-- the caller writes the whole text
create function app.report(q text) returns setof record language plpgsql set search_path = '' as $$
begin
    return query execute q;
end $$;
