-- constants joined are one constant
do $$
begin
    execute 'comment on schema app is '
        || quote_literal('L''intérieur')
        || '';
end $$;
