select l.classoid, l.objoid, l.objsubid, array_agg(l.provider || ': ' || l.label order by l.provider)
from pg_seclabel l
group by 1, 2, 3
union all
select l.classoid, l.objoid, 0, array_agg(l.provider || ': ' || l.label order by l.provider)
from pg_shseclabel l
where l.classoid = 'pg_authid'::regclass
    or l.classoid = 'pg_database'::regclass and l.objoid = (select oid from pg_database where datname = current_database())
group by 1, 2
