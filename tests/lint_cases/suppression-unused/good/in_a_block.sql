-- inside of a DO block it covers the statement below it
do $$
declare t text := 'depots';
begin
    -- rempart: allow dynamic-sql: the name is written above
    execute 'comment on table app.' || t || ' is null';
end $$;
