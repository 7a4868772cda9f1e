"""${message}."""

from rempart.revisions import execute, refuse_data_loss

revision = "${up_revision}"
down_revision = ${'"%s"' % down_revision if isinstance(down_revision, str) else repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    execute("""
    """)


def downgrade() -> None:
    # Name every table whose rows this downgrade would lose.
    refuse_data_loss()
    execute("""
    """)
