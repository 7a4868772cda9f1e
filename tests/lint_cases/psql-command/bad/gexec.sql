-- the rows of a query are run
select format('grant select on app.%I to app_role', relname) from pg_catalog.pg_class where relkind = 'r' \gexec
