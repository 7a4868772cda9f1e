select e.name::text from pg_catalog.pg_available_extensions e
