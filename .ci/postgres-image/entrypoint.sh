#!/bin/bash
# Entry point of the test image: makes the cluster on the first start, then becomes Postgres (process 1).
#
# Environment, as in the official image: POSTGRES_PASSWORD (required), POSTGRES_USER (default postgres, superuser),
# POSTGRES_DB (default POSTGRES_USER), PGDATA. Arguments that start with `-` go to the server; another command
# replaces it.
set -euo pipefail

# Process 1 ignores signals it has no handler for: without this, a stop during the first start would wait for SIGKILL.
trap 'exit 143' TERM
trap 'exit 130' INT

create_cluster() {
    local user=${POSTGRES_USER:-postgres}
    local database=${POSTGRES_DB:-$user}
    if [ -z "${POSTGRES_PASSWORD:-}" ]; then
        echo "entrypoint: POSTGRES_PASSWORD is not set; start the container with -e POSTGRES_PASSWORD=…" >&2
        exit 1
    fi
    # Encoding and locale are spelled out: a minimal root file system has none, and SQL_ASCII makes drivers return bytes.
    initdb --username="$user" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --encoding=UTF8 --locale=C.UTF-8 \
        --auth-local=trust --auth-host=scram-sha-256 --no-sync
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"

    # The first server listens on its socket only, so that nobody who waits for the port sees it.
    pg_ctl --wait --options="-c listen_addresses=''" start
    if [ "$database" != postgres ]; then
        psql --no-psqlrc --username="$user" --dbname=postgres --set=ON_ERROR_STOP=1 --set=name="$database" \
            <<<'create database :"name";'
    fi
    pg_ctl --wait --mode=fast stop
    echo
    echo "PostgreSQL init process complete; ready for start up."
    echo
}

if [ $# -eq 0 ] || [ "${1#-}" != "$1" ]; then
    set -- postgres "$@"
fi
if [ "$1" = postgres ]; then
    if [ ! -s "$PGDATA/PG_VERSION" ]; then
        create_cluster
    fi
    unset POSTGRES_PASSWORD
    shift
    set -- postgres -c listen_addresses='*' "$@"
fi
exec "$@"
