-- What the next entry follows, and its moment by the clock of the server.
select head.number, head.digest, marker.database::text,
    pg_catalog.to_char(
        pg_catalog.clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
    )
from (select) always
left join (
    select number, digest from rempart.deployment_ledger order by number desc limit 1
) head on true
left join rempart.environment_marker marker on true
