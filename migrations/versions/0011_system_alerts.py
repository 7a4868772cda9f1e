"""Alerts and the history of their transitions."""

from rempart.revisions import execute, refuse_data_loss

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute(
        """
-- Built for updates in place: every sync writes last_detected_at of every active alert. Half of each page is kept
-- free and no index holds that column, so that the new version fits beside the old one.
create table public.system_alerts (
    id uuid not null default gen_random_uuid(),
    check_code text not null,
    severity text not null,
    entity_type text not null,
    entity_id uuid not null,
    message text not null,
    payload jsonb not null default '{}',
    status text not null default 'OPEN',
    first_detected_at timestamptz not null default now(),
    last_detected_at timestamptz not null default now(),
    acknowledged_by uuid,
    acknowledged_at timestamptz,
    resolved_by uuid,
    resolved_at timestamptz,
    updated_at timestamptz not null default now(),
    created_at timestamptz default now(),
    constraint system_alerts_pkey primary key (id),
    constraint system_alerts_check_entity_key unique (check_code, entity_type, entity_id),
    constraint system_alerts_severity_check check (severity in ('INFO', 'WARN', 'CRITICAL')),
    constraint system_alerts_status_check check (status in ('OPEN', 'ACK', 'RESOLVED'))
) with (fillfactor = 50);

-- Who changed an alert, when, from what to what. A reopened alert forgets who acknowledged it; this does not.
create table public.system_alerts_history (
    id uuid not null default gen_random_uuid(),
    alert_id uuid not null,
    from_status text,
    to_status text not null,
    changed_by uuid,
    changed_at timestamptz not null default clock_timestamp(),
    constraint system_alerts_history_pkey primary key (id),
    constraint system_alerts_history_alert_id_fkey foreign key (alert_id) references public.system_alerts (id)
);

create index system_alerts_history_alert_id_idx on public.system_alerts_history (alert_id, changed_at);

create function app.record_alert_transition() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.system_alerts_history (alert_id, from_status, to_status, changed_by)
    values (
        new.id,
        case when tg_op = 'UPDATE' then old.status end,
        new.status,
        -- What the sync changes is nobody's doing, whoever runs it.
        case when tg_op = 'UPDATE' and not app.in_maintenance('alerts') then auth.uid() end);
    return null;
end
$$;
revoke all on function app.record_alert_transition() from public, anon, authenticated, service_role;

create trigger trg_system_alerts_record_insert
    after insert on public.system_alerts
    for each row execute function app.record_alert_transition();

create trigger trg_system_alerts_record_update
    after update on public.system_alerts
    for each row when (old.status is distinct from new.status)
    execute function app.record_alert_transition();

-- ENABLE ALWAYS: session_replication_role, a setting, does not switch the guards off.
create trigger trg_system_alerts_history_immutable
    before update or delete on public.system_alerts_history
    for each row execute function app.refuse_change();
alter table public.system_alerts_history enable always trigger trg_system_alerts_history_immutable;

create trigger trg_system_alerts_history_no_truncate
    before truncate on public.system_alerts_history
    for each statement execute function app.refuse_truncate();
alter table public.system_alerts_history enable always trigger trg_system_alerts_history_no_truncate;

-- Users hold UPDATE on status alone: any other column is refused, not corrected.
alter table public.system_alerts enable row level security;
revoke all on table public.system_alerts from public, anon, authenticated, service_role;
grant select, update (status) on table public.system_alerts to authenticated;
grant select on table public.system_alerts to service_role;

create policy system_alerts_select_authenticated on public.system_alerts
    for select to authenticated
    using ((select app.user_role() in ('admin', 'directeur', 'pca')));

create policy system_alerts_update_admin_directeur on public.system_alerts
    for update to authenticated
    using ((select app.user_role() in ('admin', 'directeur')))
    with check ((select app.user_role() in ('admin', 'directeur')));

-- One row a transition, written by its trigger only.
alter table public.system_alerts_history enable row level security;
revoke all on table public.system_alerts_history from public, anon, authenticated, service_role;
grant select on table public.system_alerts_history to authenticated;
grant select on table public.system_alerts_history to service_role;

create policy system_alerts_history_select_admin_directeur_pca on public.system_alerts_history
    for select to authenticated
    using ((select app.user_role() in ('admin', 'directeur', 'pca')));
"""
    )


def downgrade() -> None:
    refuse_data_loss("public.system_alerts", "public.system_alerts_history")
    execute(
        """
drop table public.system_alerts_history;
drop table public.system_alerts;
drop function app.record_alert_transition();
"""
    )
