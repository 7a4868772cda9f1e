"""What the person who called Alembic asked for beyond the revision."""

from __future__ import annotations

from alembic.runtime.migration import MigrationContext

from rempart.errors import UsageError

ALLOW_DATA_LOSS = "allow_data_loss"
"""Key of Alembic's `config.attributes` that stands for `-x allow-data-loss=1` when called in process."""


def data_loss_allowed(context: MigrationContext) -> bool:
    """Tell whether downgrades may lose rows.

    Args:
        context: The running migration context.

    Returns:
        True with `-x allow-data-loss=1`, or with the attribute of that name set in process.

    Raises:
        UsageError: `-x allow-data-loss` has another value than 1.
    """
    environment = context.environment_context
    if environment is None:
        return False
    if environment.config.attributes.get(ALLOW_DATA_LOSS):
        return True
    asked = environment.get_x_argument(as_dictionary=True).get("allow-data-loss")
    if asked is None:
        return False
    if asked != "1":
        raise UsageError(f"-x allow-data-loss={asked} is not understood", "Pass -x allow-data-loss=1, or leave it out.")
    return True
