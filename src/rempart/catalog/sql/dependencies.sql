-- Which object needs which, without the server's own objects; a dependency that is the object's own part is none. What a
-- partition has from its parent needs the parent's.
select distinct d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
from pg_depend d
where d.objid >= 16384 and (d.refobjid >= 16384 or d.refclassid = 'pg_namespace'::regclass)
    and d.deptype in ('n', 'a', 'i', 'P')
