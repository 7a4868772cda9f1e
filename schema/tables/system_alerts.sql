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
