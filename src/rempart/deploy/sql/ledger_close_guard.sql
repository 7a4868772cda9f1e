-- Every new function may be called by PUBLIC, and default privileges may have opened the guard to others.
do $rempart$
declare
    v_grantee text;
begin
    revoke all on function rempart.refuse_ledger_change() from public;
    for v_grantee in
        select distinct pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee))
        from pg_catalog.pg_proc p
        cross join lateral pg_catalog.aclexplode(p.proacl) a
        where p.oid = 'rempart.refuse_ledger_change()'::pg_catalog.regprocedure and a.grantee not in (0, p.proowner)
    loop
        execute 'revoke all on function rempart.refuse_ledger_change() from ' || v_grantee || ' cascade';
    end loop;
end
$rempart$;
