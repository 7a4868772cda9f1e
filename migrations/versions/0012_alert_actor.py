"""Stamps who changed an alert; nothing goes backwards by hand."""

from rempart.revisions import execute

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute(
        """
-- Who acknowledged or resolved, and when, is decided here, not by the client. Nothing goes backwards by hand.
create function app.set_alert_actor() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if app.in_maintenance('alerts') then
        return new;
    end if;
    if (old.status, new.status) not in (('OPEN', 'ACK'), ('OPEN', 'RESOLVED'), ('ACK', 'RESOLVED')) then
        raise exception 'alert %: status cannot go from % to %', old.id, old.status, new.status
            using errcode = 'check_violation', hint = 'OPEN to ACK to RESOLVED; only a sync reopens.';
    end if;
    if new.status = 'ACK' then
        new.acknowledged_by := auth.uid();
        new.acknowledged_at := now();
    else
        new.resolved_by := auth.uid();
        new.resolved_at := now();
    end if;
    new.updated_at := now();
    return new;
end
$$;
revoke all on function app.set_alert_actor() from public, anon, authenticated, service_role;

create trigger trg_system_alerts_set_actor
    before update on public.system_alerts
    for each row when (old.status is distinct from new.status)
    execute function app.set_alert_actor();
"""
    )


def downgrade() -> None:
    execute(
        """
drop trigger trg_system_alerts_set_actor on public.system_alerts;
drop function app.set_alert_actor();
"""
    )
