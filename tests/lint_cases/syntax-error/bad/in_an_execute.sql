-- the constant text of an EXECUTE
do $$
begin
    execute 'drop tabel app.depots';
end $$;
