"""The guard of a downgrade: rows are lost only by someone who said so."""

from __future__ import annotations

from importlib import resources

from alembic import op
from psycopg import sql

from rempart.revisions.execute import execute
from rempart.revisions.options import data_loss_allowed
from rempart.sqltext.names import qualified_name


def refuse_data_loss(*tables: str) -> None:
    """Refuse to go on as long as one of the tables holds a row; keep others from adding one.

    The check is part of the SQL, so the offline script has it too. It locks each table in access exclusive
    mode until the revision ends, and counts rows as the owner, past row security. `-x allow-data-loss=1`
    leaves it out.

    Args:
        tables: Names as in SQL: `schema.table`, quoted where SQL needs quotes.

    Raises:
        OperationError: A table has rows, or row security would hide them from the count.
        UsageError: A name is not a table's name, or `-x allow-data-loss` has another value than 1.
    """
    names = [qualified_name(table) for table in tables]
    if not names:
        return
    if data_loss_allowed(op.get_context()):
        execute("-- allow-data-loss=1: the rows of these tables are lost: " + " ".join(", ".join(tables).split()))
        return
    count = _template("count_rows.sql")
    counts = [
        count.format(table=sql.Identifier(schema, name), schema_name=sql.Literal(schema), table_name=sql.Literal(name))
        for schema, name in names
    ]
    execute(_template("refuse_data_loss.sql").format(tables=sql.SQL("\n").join(counts)).as_string())


def _template(file: str) -> sql.SQL:
    text = resources.files(__package__).joinpath("sql", file).read_text(encoding="utf-8")
    return sql.SQL(text.rstrip("\n"))
