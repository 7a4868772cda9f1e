"""${message}."""

from rempart.revisions import execute, refuse_data_loss

revision = "${up_revision}"
down_revision = ${'"%s"' % down_revision if isinstance(down_revision, str) else repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
% if context.get("rempart") and context["rempart"].upgrade:
${context["rempart"].upgrade}\
% else:
    execute("""
    """)
% endif


def downgrade() -> None:
% if context.get("rempart") and context["rempart"].upgrade:
${context["rempart"].downgrade}\
% else:
    # Name every table whose rows this downgrade would lose.
    refuse_data_loss()
    execute("""
    """)
% endif
