-- a loop opens whatever the catalog holds
do $$
declare t record;
begin
    for t in select schemaname, tablename from pg_catalog.pg_tables where schemaname = 'app' loop
        execute format('alter table %I.%I disable row level security', t.schemaname, t.tablename);
    end loop;
end $$;
