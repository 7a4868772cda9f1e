-- What the observation needs in the throw-away database: a schema of its own, and functions that do in one round trip
-- what would take thousands. Each statement runs in a subtransaction that is always rolled back.
create schema rempart_probe;
grant usage on schema rempart_probe to public;

-- Triggers and foreign keys off: only for the rest of the subtransaction in which it is called.
create function rempart_probe.silence_triggers() returns void
language sql security definer
as $$ select pg_catalog.set_config('session_replication_role', 'replica', true) $$;

-- How many rows this transaction has written to each table, what was rolled back included.
create function rempart_probe.written() returns jsonb
language sql
as $$
    select coalesce(pg_catalog.jsonb_object_agg(n.nspname || '.' || c.relname, w.rows_), '{}')
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    cross join lateral (
        select pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid)
            + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)
    ) w (rows_)
    where c.relkind = 'r' and w.rows_ > 0 and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
$$;

-- Try statements. A row that is named is the only one that UPDATE and DELETE reach (the policies see to it). What
-- fails otherwise than for want of a privilege is tried again without triggers, to hear what the policies say.
create function rempart_probe.attempt(aims json, tries json, counting boolean)
returns table (state text, message text, context text, touched bigint, silenced text, written jsonb)
language plpgsql
as $$
declare
    rows_ text[] := array(select pg_catalog.json_array_elements_text(aims));
    statements text[] := array(select pg_catalog.json_array_elements_text(tries));
    place int;
    before jsonb;
begin
    for place in 1 .. pg_catalog.cardinality(statements) loop
        perform pg_catalog.set_config('rempart_probe.row', rows_[place], true);
        touched := 0;
        silenced := null;
        written := null;
        begin
            if counting then
                before := rempart_probe.written();
            end if;
            execute statements[place];
            get diagnostics touched = row_count;
            if counting then
                select pg_catalog.jsonb_agg(w.key order by w.key) into written
                from pg_catalog.jsonb_each(rempart_probe.written()) w
                where w.value is distinct from before -> w.key;
            end if;
            raise exception using errcode = 'RPTRY';
        exception
            when sqlstate 'RPTRY' then
                state := null;
                message := '';
                context := '';
            when others then
                get stacked diagnostics
                    state = returned_sqlstate, message = message_text, context = pg_exception_context;
                touched := 0;
        end;
        if state <> '42501' and not counting then
            begin
                perform rempart_probe.silence_triggers();
                execute statements[place];
                raise exception using errcode = 'RPTRY';
            exception
                when others then
                    get stacked diagnostics silenced = returned_sqlstate;
            end;
        end if;
        return next;
    end loop;
    perform pg_catalog.set_config('rempart_probe.row', '', true);
end
$$;

-- Ask queries that give one array of texts each. Lists come as JSON, which costs the client least to write.
create function rempart_probe.ask(asked json)
returns table (state text, message text, answer text[])
language plpgsql
as $$
declare
    statements text[] := array(select pg_catalog.json_array_elements_text(asked));
    place int;
begin
    for place in 1 .. pg_catalog.cardinality(statements) loop
        begin
            execute statements[place] into answer;
            raise exception using errcode = 'RPTRY';
        exception
            when sqlstate 'RPTRY' then
                state := null;
                message := '';
            when others then
                get stacked diagnostics state = returned_sqlstate, message = message_text;
                answer := null;
        end;
        return next;
    end loop;
end
$$;

-- Ask the same queries as each of several sessions. Without a login role the caller stays who he is.
create function rempart_probe.ask_each(login text, roles text[], setting text, claims text[], asked json)
returns table (session_ int, state text, message text, answer text[])
language plpgsql
as $$
declare
    one record;
    found_ jsonb;
begin
    for number in 1 .. pg_catalog.cardinality(roles) loop
        session_ := number;
        begin
            if login is not null then
                execute pg_catalog.format('set local session authorization %I', login);
                execute pg_catalog.format('set local role %I', roles[number]);
            end if;
            perform pg_catalog.set_config(setting, claims[number], true);
            select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(a)) into found_ from rempart_probe.ask(asked) a;
            raise exception using errcode = 'RPTRY';
        exception
            when sqlstate 'RPTRY' then
                null;
        end;
        for one in select * from pg_catalog.jsonb_to_recordset(found_) as a (state text, message text, answer text[]) loop
            state := one.state;
            message := one.message;
            answer := one.answer;
            return next;
        end loop;
    end loop;
end
$$;
grant execute on all functions in schema rempart_probe to public;
