-- Two that make the ledger at the same time: one waits, and finds it made.
select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('rempart.deployment_ledger', 0))
