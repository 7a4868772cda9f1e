-- The snapshot for other sessions, and its moment by the server's clock.
select pg_catalog.pg_export_snapshot(), pg_catalog.clock_timestamp()
