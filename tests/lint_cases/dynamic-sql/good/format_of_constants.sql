-- format() of constants is a constant
do $$
begin
    execute format('comment on schema %I is %L', 'app', 'inner works');
end $$;
