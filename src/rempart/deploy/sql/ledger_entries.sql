-- The moment as text: a moment that was set to infinity is still to be read, and told to be wrong.
select number,
    coalesce(pg_catalog.to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), ''),
    kind, deployment, content, previous, digest
from rempart.deployment_ledger
order by number
