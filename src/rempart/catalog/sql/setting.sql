-- Settings of the database, of roles, and of roles in this database.
select 'pg_db_role_setting'::regclass::oid, s.setrole, s.setdatabase::int8::int4, '',
    case when s.setrole = 0 then '' else pg_get_userbyid(s.setrole) end,
    split_part(v.entry, '=', 1),
    null,
    s.setdatabase <> 0,
    substr(v.entry, strpos(v.entry, '=') + 1)
from pg_db_role_setting s
cross join unnest(s.setconfig) as v (entry)
where s.setdatabase in (0, (select d.oid from pg_database d where d.datname = current_database()))
order by 5, 6, 8
