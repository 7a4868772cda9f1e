-- not found: granted to the servers' role only
create table public.webhook_log (id uuid primary key, body jsonb);
alter table public.webhook_log enable row level security;
grant select, insert on table public.webhook_log to service_role;
