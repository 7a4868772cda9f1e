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
