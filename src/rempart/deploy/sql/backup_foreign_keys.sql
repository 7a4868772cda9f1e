-- The foreign keys, each once: a partition's is that of its table. What a temporal one compares is not equality.
select k.conname::text, pg_catalog.format('%I.%I', cn.nspname, c.relname), pg_catalog.format('%I.%I', pn.nspname, p.relname),
    c.relkind = 'p', k.convalidated, k.confmatchtype = 'f', coalesce((pg_catalog.to_jsonb(k) ->> 'conperiod')::boolean, false),
    array(select a.attname::text from pg_catalog.unnest(k.conkey) with ordinality as u (num, place)
          join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num order by u.place),
    array(select a.attname::text from pg_catalog.unnest(k.confkey) with ordinality as u (num, place)
          join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num order by u.place),
    array(select pg_catalog.format('operator(%I.%s)', n.nspname, o.oprname)
          from pg_catalog.unnest(k.conpfeqop) with ordinality as u (op, place)
          join pg_catalog.pg_operator o on o.oid = u.op
          join pg_catalog.pg_namespace n on n.oid = o.oprnamespace order by u.place),
    cn.nspname::text, c.relname::text, pn.nspname::text, p.relname::text
from pg_catalog.pg_constraint k
join pg_catalog.pg_class c on c.oid = k.conrelid
join pg_catalog.pg_namespace cn on cn.oid = c.relnamespace
join pg_catalog.pg_class p on p.oid = k.confrelid
join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace
where k.contype = 'f' and k.conparentid = 0
order by 2, 1
