-- The sequences that fill a column, moved past the keys of witness rows, so that what functions insert clashes with none.
select pg_catalog.setval(s.seqrelid, %(past)s)
from pg_catalog.pg_sequence s
where s.seqmin <= %(past)s and s.seqmax > %(past)s
    and exists (
        select from pg_catalog.pg_depend d
        where (d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = s.seqrelid
                and d.classid = 'pg_catalog.pg_attrdef'::regclass)
            or (d.classid = 'pg_catalog.pg_class'::regclass and d.objid = s.seqrelid and d.deptype in ('a', 'i')
                and d.refobjsubid > 0))
