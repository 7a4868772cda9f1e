-- Whether an index of that name is valid; no row when there is none.
select i.indisvalid
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid
where c.oid = pg_catalog.to_regclass(%(index)s)
