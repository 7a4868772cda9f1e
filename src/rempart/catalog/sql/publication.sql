select 'pg_publication'::regclass::oid, p.oid, 0, '', p.pubname, '', pg_get_userbyid(p.pubowner),
    p.puballtables,
    array_remove(array[
        case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
        case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end
    ], null),
    p.pubviaroot,
    coalesce(to_jsonb(p) ->> 'pubgencols', 'n'),
    (
        select coalesce(array_agg(array[
            quote_ident(n.nspname) || '.' || quote_ident(c.relname),
            (
                select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
                from pg_attribute a where a.attrelid = c.oid and a.attnum = any (r.prattrs)
            ),
            pg_get_expr(r.prqual, r.prrelid)
        ] order by n.nspname, c.relname), '{}')
        from pg_publication_rel r join pg_class c on c.oid = r.prrelid join pg_namespace n on n.oid = c.relnamespace
        where r.prpubid = p.oid
    ),
    (
        select coalesce(array_agg(n.nspname::text order by n.nspname), '{}')
        from pg_publication_namespace s join pg_namespace n on n.oid = s.pnnspid
        where s.pnpubid = p.oid
    )
from pg_publication p
where not exists (
    select from pg_depend e where e.classid = 'pg_publication'::regclass and e.objid = p.oid and e.deptype = 'e'
)
