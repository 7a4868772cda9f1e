-- The same in a DO block, on a function.
do $$ begin
    grant execute on function app.total() to authenticated with grant option;
end $$;
