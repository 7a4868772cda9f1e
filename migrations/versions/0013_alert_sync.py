"""Brings system_alerts in line with the integrity view."""

from rempart.revisions import execute

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute(
        """
-- Brings system_alerts in line with v_integrity_checks. One at a time: a second call waits for the first and says so
-- (waited). With p_limit the most severe checks are taken; a check left out is not taken for resolved.
create function public.sync_system_alerts_from_integrity(p_limit integer default null)
returns table (inserted integer, refreshed integer, reopened integer, resolved integer, waited boolean)
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    c_lock constant bigint := hashtextextended('public.sync_system_alerts_from_integrity', 0);
    v_all public.v_integrity_checks[];
    v_taken public.v_integrity_checks[];
    v_now timestamptz;
    v_inserted integer := 0;
    v_refreshed integer := 0;
    v_reopened integer := 0;
    v_resolved integer := 0;
    v_waited boolean := false;
begin
    if p_limit < 0 then
        raise exception 'sync: p_limit is %, it must be 0 or more', p_limit
            using errcode = 'invalid_parameter_value';
    end if;
    if not pg_try_advisory_xact_lock(c_lock) then
        v_waited := true;
        perform pg_advisory_xact_lock(c_lock);
    end if;
    v_now := clock_timestamp();

    select coalesce(array_agg(c order by
            case c.severity when 'CRITICAL' then 1 when 'WARN' then 2 else 3 end,
            c.check_code, c.entity_type, c.entity_id), '{}')
    into v_all
    from public.v_integrity_checks c;
    v_taken := case when p_limit is null then v_all else v_all[1:p_limit] end;

    -- The row's own status is read by the UPDATE itself: an ACK that commits meanwhile is kept. An unchanged payload
    -- keeps its stored value, so that a large one is not written again.
    update public.system_alerts a
    set severity = f.severity,
        message = f.message,
        payload = case when a.payload = f.payload then a.payload else f.payload end,
        last_detected_at = v_now,
        updated_at = case when (a.severity, a.message, a.payload) is distinct from (f.severity, f.message, f.payload)
            then v_now else a.updated_at end
    from unnest(v_taken) f
    where (a.check_code, a.entity_type, a.entity_id) = (f.check_code, f.entity_type, f.entity_id)
        and a.status <> 'RESOLVED';
    get diagnostics v_refreshed = row_count;

    insert into public.system_alerts
        (check_code, severity, entity_type, entity_id, message, payload,
         first_detected_at, last_detected_at, updated_at)
    select f.check_code, f.severity, f.entity_type, f.entity_id, f.message, f.payload, v_now, v_now, v_now
    from unnest(v_taken) f
    where not exists (
        select from public.system_alerts a
        where (a.check_code, a.entity_type, a.entity_id) = (f.check_code, f.entity_type, f.entity_id))
    on conflict on constraint system_alerts_check_entity_key do nothing;
    get diagnostics v_inserted = row_count;

    -- The trigger on status lets only a sync reopen, and stamps no actor for it: the guards are opened for these
    -- transitions, and only when there is one.
    if exists (
        select from public.system_alerts a
        left join unnest(v_all) f
            on (a.check_code, a.entity_type, a.entity_id) = (f.check_code, f.entity_type, f.entity_id)
        where case a.status when 'RESOLVED' then f.check_code is not null
            else f.check_code is null and a.check_code in (select k.check_code from app.integrity_codes() k) end)
    then
        perform app.open_maintenance('alerts');

        update public.system_alerts a
        set status = 'OPEN',
            severity = f.severity,
            message = f.message,
            payload = f.payload,
            last_detected_at = v_now,
            acknowledged_by = null,
            acknowledged_at = null,
            resolved_by = null,
            resolved_at = null,
            updated_at = v_now
        from unnest(v_taken) f
        where (a.check_code, a.entity_type, a.entity_id) = (f.check_code, f.entity_type, f.entity_id)
            and a.status = 'RESOLVED';
        get diagnostics v_reopened = row_count;

        update public.system_alerts a
        set status = 'RESOLVED',
            resolved_by = null,
            resolved_at = v_now,
            updated_at = v_now
        where a.status <> 'RESOLVED'
            and a.check_code in (select k.check_code from app.integrity_codes() k)
            and not exists (
                select from unnest(v_all) f
                where (a.check_code, a.entity_type, a.entity_id) = (f.check_code, f.entity_type, f.entity_id));
        get diagnostics v_resolved = row_count;

        perform app.close_maintenance('alerts');
    end if;

    return query select v_inserted, v_refreshed, v_reopened, v_resolved, v_waited;
end
$$;
revoke all on function public.sync_system_alerts_from_integrity(integer) from public, anon, authenticated, service_role;
grant execute on function public.sync_system_alerts_from_integrity(integer) to service_role;
"""
    )


def downgrade() -> None:
    execute(
        """
drop function public.sync_system_alerts_from_integrity(integer);
"""
    )
