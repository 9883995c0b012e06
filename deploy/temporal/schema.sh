#!/bin/sh
# Makes or upgrades both databases of a Temporal server on PostgreSQL, then ends. Runs in the admin-tools image before the
# server starts, and may run again: what exists stays. Needs POSTGRES_SEEDS (the host), POSTGRES_USER, SQL_PASSWORD.
set -eu
schema=${TEMPORAL_SCHEMA:-/etc/temporal/schema/postgresql/v12}

tool() { # tool DATABASE COMMAND...
    temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -p "${DB_PORT:-5432}" -u "$POSTGRES_USER" --db "$@"
}

make() { # make DATABASE FOLDER
    tool "$1" create
    tool "$1" setup-schema -v 0.0
    tool "$1" update-schema -d "$schema/$2/versioned"
}

make temporal temporal
make temporal_visibility visibility
echo "both databases are up to date"
