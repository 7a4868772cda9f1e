-- Read-only: SELECT is the only privilege, and log_actions refuses any change.
create view public.logs with (security_invoker = true) as
select l.id, l.created_at, l.module, l.action, l.niveau, l.user_id, l.details
from public.log_actions l;
revoke all on table public.logs from public, anon, authenticated, service_role;
grant select on table public.logs to authenticated, service_role;
