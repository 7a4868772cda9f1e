"""What the tool keeps for itself in a database: it is no part of any state that is compared."""

from __future__ import annotations

from rempart.catalog.identity import Identity

SCHEMA = "rempart"
VERSION_TABLE = "alembic_version"
LEDGER = "deployment_ledger"
MARKER = "environment_marker"
GUARD = "refuse_ledger_change"
_NAMES = frozenset({VERSION_TABLE, LEDGER, MARKER, GUARD})


def is_own(identity: Identity) -> bool:
    """Whether an object is Alembic's version table, the ledger or its guard, or a part of one.

    Args:
        identity: The object.
    """
    return identity.schema == SCHEMA and identity.name in _NAMES
