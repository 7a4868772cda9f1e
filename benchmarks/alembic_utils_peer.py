"""What alembic_utils and Alembic see of two databases: run by an interpreter that has both, with two URLs.

Tables are reflected from the first database; views, functions, triggers, policies and grants are read from it as
entities, as a project that keeps them in Python would have them. Prints the operations that would bring the second in
line.
"""

from __future__ import annotations

import sys

from alembic.autogenerate import produce_migrations
from alembic.migration import MigrationContext
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_grant_table import PGGrantTable
from alembic_utils.pg_policy import PGPolicy
from alembic_utils.pg_trigger import PGTrigger
from alembic_utils.pg_view import PGView
from alembic_utils.replaceable_entity import register_entities
from sqlalchemy import MetaData, create_engine
from sqlalchemy.orm import Session

_KINDS = (PGView, PGFunction, PGTrigger, PGPolicy, PGGrantTable)


def main(declared: str, live: str) -> None:
    """Print the operations.

    Args:
        declared: URL of the database that is as it should be.
        live: URL of the other.
    """
    engine = create_engine(declared.replace("postgresql://", "postgresql+psycopg://"))
    metadata = MetaData()
    metadata.reflect(engine, schema="public")
    with Session(engine) as session:
        entities = [entity for kind in _KINDS for entity in kind.from_database(session, "public")]
    register_entities(entities, schemas=["public"], entity_types=list(_KINDS))
    with create_engine(live.replace("postgresql://", "postgresql+psycopg://")).connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_schemas": True, "target_metadata": metadata})
        migrations = produce_migrations(context, metadata)
    for one in migrations.upgrade_ops.ops:
        print(one)


if __name__ == "__main__":
    main(*sys.argv[1:3])
