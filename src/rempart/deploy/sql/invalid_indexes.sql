select i.indexrelid::pg_catalog.regclass::text
from pg_catalog.pg_index i
where not i.indisvalid and i.indislive
order by 1
