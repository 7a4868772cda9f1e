select pg_catalog.pg_try_advisory_lock(%(class)s, %(object)s)
