-- The database itself. Its name is no part of it: two copies of one state are called differently.
select 'pg_database'::regclass::oid, d.oid, 0, '', 'this database', '',
    pg_get_userbyid(d.datdba),
    pg_encoding_to_char(d.encoding)
from pg_database d
where d.datname = current_database()
