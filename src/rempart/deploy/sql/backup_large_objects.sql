select pg_catalog.count(*) from pg_catalog.pg_largeobject_metadata
