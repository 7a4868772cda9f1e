-- The record of deployments and the marker of the environment: made where they are missing, closed in the same
-- transaction. ENABLE ALWAYS: a session that plays a replica is refused as well.
do $rempart$
begin
    if pg_catalog.to_regclass('rempart.deployment_ledger') is not null
        and pg_catalog.to_regclass('rempart.environment_marker') is not null
    then
        return;
    end if;

    create or replace function rempart.refuse_ledger_change() returns trigger
    language plpgsql
    set search_path = ''
    as $guard$
begin
    raise exception 'rempart.% is a record of deployments: % is refused', tg_table_name, tg_op
        using errcode = 'restrict_violation',
            hint = 'Nothing of it is ever changed; what was wrong is told by a later entry.';
end
$guard$;

    if pg_catalog.to_regclass('rempart.deployment_ledger') is null then
        create table rempart.deployment_ledger (
            number bigint primary key check (number >= 1),
            at timestamptz not null,
            kind text not null,
            deployment text not null,
            content text not null,
            previous text not null unique,
            digest text not null
        );
        alter table rempart.deployment_ledger enable row level security;
        create trigger refuse_rows before update or delete on rempart.deployment_ledger
            for each row execute function rempart.refuse_ledger_change();
        create trigger refuse_statements before update or delete or truncate on rempart.deployment_ledger
            for each statement execute function rempart.refuse_ledger_change();
        alter table rempart.deployment_ledger enable always trigger refuse_rows;
        alter table rempart.deployment_ledger enable always trigger refuse_statements;
    end if;

    if pg_catalog.to_regclass('rempart.environment_marker') is null then
        create table rempart.environment_marker (
            only_row boolean primary key default true check (only_row),
            environment text not null,
            database uuid not null default pg_catalog.gen_random_uuid(),
            marked_at timestamptz not null default pg_catalog.clock_timestamp()
        );
        alter table rempart.environment_marker enable row level security;
        create trigger refuse_rows before update or delete on rempart.environment_marker
            for each row execute function rempart.refuse_ledger_change();
        create trigger refuse_statements before update or delete or truncate on rempart.environment_marker
            for each statement execute function rempart.refuse_ledger_change();
        alter table rempart.environment_marker enable always trigger refuse_rows;
        alter table rempart.environment_marker enable always trigger refuse_statements;
    end if;
end
$rempart$;
