-- so is FOR … IN EXECUTE
do $$
declare r record; t text := current_setting('x.t');
begin
    for r in execute 'select * from app.' || quote_ident(t) loop
        null;
    end loop;
end $$;
