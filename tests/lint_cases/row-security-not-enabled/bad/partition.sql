-- found: the partition can be asked directly, and has no row security of its own
create table public.events (id bigint, tenant_id uuid, at timestamptz not null) partition by range (at);
alter table public.events enable row level security;
create policy events_read on public.events for select to authenticated using (tenant_id = (select app.tenant_id()));
create table public.events_2026 partition of public.events for values from ('2026-01-01') to ('2027-01-01');
