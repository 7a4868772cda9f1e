-- The closed schema of Alembic's version table.
do $rempart$
declare
    v_grantee text;
begin
    if pg_catalog.to_regnamespace('rempart') is null then
        create schema rempart;
    end if;
    revoke all on schema rempart from public;
    for v_grantee in
        select distinct pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee))
        from pg_catalog.pg_namespace n
        cross join lateral pg_catalog.aclexplode(n.nspacl) a
        where n.nspname = 'rempart' and a.grantee not in (0, n.nspowner)
    loop
        execute 'revoke all on schema rempart from ' || v_grantee || ' cascade';
    end loop;
end
$rempart$;
