-- Default privileges may have opened the version table: close it to everybody but its owner.
do $rempart$
declare
    v_grantee text;
begin
    revoke all on table rempart.alembic_version from public;
    for v_grantee in
        select distinct pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee))
        from pg_catalog.pg_class c
        cross join lateral pg_catalog.aclexplode(c.relacl) a
        where c.oid = 'rempart.alembic_version'::pg_catalog.regclass and a.grantee not in (0, c.relowner)
    loop
        execute 'revoke all on table rempart.alembic_version from ' || v_grantee || ' cascade';
    end loop;
end
$rempart$;
