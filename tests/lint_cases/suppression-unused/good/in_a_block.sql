-- inside of a DO block it covers the statement below it
do $$
declare t text := current_user;
begin
    -- rempart: allow dynamic-sql: the role of the session
    execute 'comment on table app.' || t || ' is null';
end $$;
