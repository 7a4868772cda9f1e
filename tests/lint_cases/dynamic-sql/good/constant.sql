-- the text is written there
do $$
begin
    execute 'revoke all on schema app from public';
end $$;
