-- Revisions run as the owner of the database, never as a superuser.
do $rempart$
declare
    v_owner name := (select pg_catalog.pg_get_userbyid(d.datdba) from pg_catalog.pg_database d
                     where d.datname = pg_catalog.current_database());
begin
    if pg_catalog.current_setting('server_version_num')::int < 150000 then
        raise exception 'the server runs Postgres %, and Postgres 15 or newer is needed',
                pg_catalog.current_setting('server_version')
            using errcode = 'feature_not_supported', hint = 'Upgrade the server first.';
    end if;
    if not (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = current_user) then
        return;
    end if;
    if (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = v_owner) then
        raise exception 'the owner of database %, %, is a superuser; revisions never run as a superuser',
                pg_catalog.quote_ident(pg_catalog.current_database()), pg_catalog.quote_ident(v_owner)
            using errcode = 'insufficient_privilege',
                  hint = 'Give the database to a role that is not a superuser: alter database … owner to ….';
    end if;
    execute pg_catalog.format('set role %I', v_owner);
end
$rempart$;
