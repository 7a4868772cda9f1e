-- Text search configurations, with the dictionaries that each kind of token is looked up in.
select 'pg_ts_config'::regclass::oid, c.oid, 0, n.nspname, c.cfgname, '', pg_get_userbyid(c.cfgowner),
    quote_ident(pn.nspname) || '.' || quote_ident(p.prsname),
    coalesce((
        select array_agg(array[mapped.token, mapped.dictionaries] order by mapped.number)
        from (
            select k.tokid, k.alias, string_agg(quote_ident(dn.nspname) || '.' || quote_ident(d.dictname), ', ' order by m.mapseqno)
            from pg_ts_config_map m
            join ts_token_type(c.cfgparser) k on k.tokid = m.maptokentype
            join pg_ts_dict d on d.oid = m.mapdict
            join pg_namespace dn on dn.oid = d.dictnamespace
            where m.mapcfg = c.oid
            group by k.tokid, k.alias
        ) as mapped (number, token, dictionaries)
    ), '{}')
from pg_ts_config c
join pg_namespace n on n.oid = c.cfgnamespace
join pg_ts_parser p on p.oid = c.cfgparser
join pg_namespace pn on pn.oid = p.prsnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
        select from pg_depend e where e.classid = 'pg_ts_config'::regclass and e.objid = c.oid and e.deptype = 'e'
    )
