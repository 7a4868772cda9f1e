-- not found: revoked from all clients, which says that nobody shall use it
create table public.webhook_log (id uuid primary key, body jsonb);
alter table public.webhook_log enable row level security;
revoke all on table public.webhook_log from public, anon, authenticated;
