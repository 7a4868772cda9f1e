select d.datname, pg_catalog.pg_get_userbyid(d.datdba)
from pg_catalog.pg_database d
where d.datname = pg_catalog.current_database()
