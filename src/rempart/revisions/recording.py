"""An Alembic environment without a database that keeps every piece of SQL a revision runs, and who ran it.

The project's `env.py` is not run: it opens connections, reads secrets and configures logging, and nothing of that
changes the SQL of a revision. What a revision may ask the environment for (its configuration, `-x` arguments, the
dialect) is there.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from types import FrameType
from typing import Any, NoReturn

from alembic.config import Config as AlembicConfig
from alembic.ddl.postgresql import PostgresqlImpl
from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Insert, TextClause, Update, text
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.schema import DDLElement

from rempart.lint.locks import AUTOCOMMIT
from rempart.revisions.source import Span

LEAVES_TRANSACTION = f"commit; -- {AUTOCOMMIT}"
"""What Alembic runs where an `autocommit_block()` begins."""
ENTERS_TRANSACTION = f"begin; -- end of {AUTOCOMMIT}"
"""What Alembic runs where an `autocommit_block()` ends."""


class NeedsDatabase(Exception):
    """The revision asked for something that only a database can tell."""


class NoValue(Exception):
    """The revision runs SQL with a parameter that has no value: it would fail on a database as well."""


@dataclass(frozen=True)
class Recorded:
    """A piece of SQL that was run.

    Attributes:
        sql: As Postgres gets it; with `escaped_colons`, as SQLAlchemy got it.
        span: What was running in the revision's file; None when nothing of it was.
        escaped_colons: Whether `\\:` stands for a colon.
    """

    sql: str
    span: Span | None
    escaped_colons: bool = False


class Recorder:
    """Receives the SQL of one function of a revision at a time."""

    def __init__(self) -> None:
        self._file = ""
        self._found: list[Recorded] = []

    def run(self, function: Callable[[], object], file: str) -> list[Recorded]:
        """Run a function of a revision.

        Args:
            function: `upgrade` or `downgrade`.
            file: The file whose frames are looked for.

        Returns:
            What it ran, in order.
        """
        self._file, self._found = file, []
        function()
        return self._found

    def take(self, sql: str, *, escaped_colons: bool = False) -> None:
        """Keep a piece of SQL that is being run now.

        Args:
            sql: The SQL.
            escaped_colons: Whether `\\:` stands for a colon.
        """
        self._found.append(Recorded(sql, self._span(), escaped_colons))

    def _span(self) -> Span | None:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename != self._file:
            frame = frame.f_back
        if frame is None:
            return None
        positions = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), (None,) * 4)
        line, end_line, _, end_column = positions
        return Span(frame.f_lineno if line is None else line, end_line, end_column)


@contextmanager
def recording(config: AlembicConfig, script: ScriptDirectory) -> Iterator[Recorder]:
    """Make `alembic.op` and `alembic.context` work without a database.

    Args:
        config: Alembic's configuration.
        script: The project's revisions.

    Yields:
        What keeps the SQL.
    """
    recorder = Recorder()
    environment = EnvironmentContext(config, script, as_sql=True)
    # What a deployment runs is to be read, not what a revision leaves out of a script.
    environment.is_offline_mode = lambda: False  # type: ignore[method-assign]
    with environment:
        environment.configure(
            dialect_name="postgresql",
            dialect_opts={"paramstyle": "named"},
            literal_binds=True,
            output_buffer=io.StringIO(),
            transactional_ddl=True,
        )
        context = environment.get_context()
        connection = _Connection(context)
        context.connection = connection  # type: ignore[assignment]
        context.impl = _Impl(connection, recorder)
        with Operations.context(context):
            yield recorder


class _Impl(PostgresqlImpl):
    """Gives the SQL of operations to the recorder, without the changes Alembic makes for its scripts.

    A script has tabs made blanks and `:name` and `%` made placeholders of a driver; Postgres never gets these.
    """

    def __init__(self, connection: _Connection, recorder: Recorder) -> None:
        settings = {"literal_binds": True}
        super().__init__(connection.dialect, connection, True, True, io.StringIO(), settings)  # type: ignore[arg-type]
        self._recorder = recorder

    def _exec(
        self,
        construct: Any,
        execution_options: Mapping[str, Any] | None = None,
        multiparams: Sequence[Mapping[str, Any]] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> None:
        construct = text(construct) if isinstance(construct, str) else construct
        for values in multiparams or [params or {}]:
            self._compile(_with_values(construct, values))

    def _compile(self, construct: Any) -> None:
        compiled = construct.compile(dialect=self.dialect)
        if not isinstance(construct, DDLElement):
            for parameter in compiled.bind_names:
                if parameter.required:
                    raise NoValue(f":{parameter.key} is a parameter for SQLAlchemy, and has no value (a colon is \\:)")
            if isinstance(construct, TextClause) and not compiled.bind_names:
                self._recorder.take(construct.text, escaped_colons=True)
                return
            compiled = construct.compile(dialect=self.dialect, compile_kwargs={"literal_binds": True})
        self._recorder.take(str(compiled).strip() + ";")

    def static_output(self, text: str) -> None:
        """Keep SQL that is written as it is."""
        self._recorder.take(text)

    def emit_begin(self) -> None:
        """Keep the beginning of a transaction."""
        self._recorder.take(ENTERS_TRANSACTION)

    def emit_commit(self) -> None:
        """Keep the end of a transaction."""
        self._recorder.take(LEAVES_TRANSACTION)


class _Connection(MockConnection):
    """What `op.get_bind()` gives: runs SQL, and has no results."""

    def __init__(self, context: MigrationContext) -> None:
        super().__init__(context.dialect, self._run)
        self._context = context

    def _run(self, construct: Any, parameters: Any = None, *_: Any, **__: Any) -> _NoResult:
        several = parameters if isinstance(parameters, list | tuple) else None
        self._context.impl._exec(construct, None, several, parameters if several is None else {})
        return _NoResult()

    def exec_driver_sql(self, statement: str, *_: Any, **__: Any) -> _NoResult:
        """Run SQL as it is."""
        self._context.impl.static_output(statement)
        return _NoResult()

    def in_transaction(self) -> bool:
        """Whether a transaction is open; Alembic asks."""
        return True

    def __getattr__(self, name: str) -> NoReturn:
        # Names with an underscore are asked for by the interpreter and by libraries, which need the usual answer.
        if name.startswith("_"):
            raise AttributeError(name)
        raise NeedsDatabase(f"it uses {name} of the connection")


class _NoResult:
    """The result of a statement that was not run: any use of it needs a database."""

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        raise NeedsDatabase(f"it reads a result of the database ({name})")

    def _read(self, *_: Any) -> NoReturn:
        raise NeedsDatabase("it reads a result of the database")

    __iter__ = __next__ = __len__ = __getitem__ = __bool__ = __enter__ = __exit__ = _read


def _with_values(construct: Any, values: Mapping[str, Any]) -> Any:
    if not values:
        return construct
    if isinstance(construct, Insert | Update):
        return construct.values(**values)
    return construct.bindparams(**values) if isinstance(construct, TextClause) else construct.params(**values)
