insert into rempart.deployment_ledger (number, at, kind, deployment, content, previous, digest)
values (
    %(number)s, %(at)s::text::pg_catalog.timestamptz, %(kind)s, %(deployment)s, %(content)s, %(previous)s, %(digest)s
)
