-- Every policy, with its predicates as Postgres writes them.
select p.polrelid::int8, p.polname::text, p.polcmd::text, pg_catalog.pg_get_expr(p.polqual, p.polrelid),
    pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid),
    array(select case when r.id = 0 then '' else pg_catalog.pg_get_userbyid(r.id)::text end
        from unnest(p.polroles) r (id) order by 1)
from pg_catalog.pg_policy p
order by p.polrelid, p.polname
