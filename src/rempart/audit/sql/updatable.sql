-- What can be written through relations at all. Of a foreign table, and of a view on one, its wrapper is asked.
select r.oid, pg_catalog.pg_relation_is_updatable(r.oid::oid, true) from pg_catalog.unnest(%(relations)s::int8[]) as r (oid)
