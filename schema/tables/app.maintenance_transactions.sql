-- The transactions in which a maintenance function is at work. The guards look here, never at a session setting:
-- only the owner can write a row, and a row opens nothing beyond its own transaction.
create table app.maintenance_transactions (
    xact_id xid8 not null,
    purpose text not null,
    opened_at timestamptz not null default now(),
    constraint maintenance_transactions_pkey primary key (xact_id, purpose),
    constraint maintenance_transactions_purpose_check check (purpose in ('stock', 'alerts'))
);
alter table app.maintenance_transactions enable row level security;
revoke all on table app.maintenance_transactions from public, anon, authenticated, service_role;
