"""The SQL of a project's revisions for the linter: rendered without a database, with its places in the files."""

from __future__ import annotations

import ast
import contextlib
import sys
import traceback
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import alembic
from alembic.config import Config as AlembicConfig
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError

from rempart.errors import RempartError, UsageError
from rempart.lint.engine import Unit
from rempart.lint.rule import Problem
from rempart.lint.settings import Settings
from rempart.lint.statement import Direction
from rempart.revisions import released
from rempart.revisions.heads import several_heads
from rempart.revisions.recording import NeedsDatabase, Recorder, recording
from rempart.revisions.source import Source
from rempart.sqltext.positioned import Place

_ALEMBIC = Path(alembic.__file__).parent
_UNREAD = "unread_revisions in [tool.rempart.lint]"


class Project(Protocol):
    """What has to be known of a project; `config.Config` and the linter's own configuration both tell it."""

    @property
    def root(self) -> Path | str | None:
        """The folder of `pyproject.toml`."""

    @property
    def alembic_ini(self) -> Path | str | None:
        """Alembic's configuration file."""


@dataclass(frozen=True)
class RevisionUnits:
    """The revisions of a project, ready to be judged.

    Attributes:
        units: From base to head; a downgrade follows its upgrade. Those that run no SQL are left out.
        problems: What the history itself shows, by rule.
        notes: What was left out and why; one sentence each.
        files: Path of every revision's file, as findings show it.
    """

    units: list[Unit] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def checker(self, units: Sequence[Unit], settings: Settings) -> list[tuple[str, Problem]]:
        """Hand the problems to the engine; an `engine.Checker`."""
        return self.problems


def revision_units(config: Project, unread: Collection[str] = ()) -> RevisionUnits:
    """Render every revision's upgrade and downgrade.

    Args:
        config: The project.
        unread: Revisions that may be left out, because they need a live database or run no SQL.

    Raises:
        UsageError: There are no revisions, they form no history, or one cannot be rendered; names it and the reason.
    """
    if config.root is None or config.alembic_ini is None or not Path(config.alembic_ini).is_file():
        raise UsageError(
            f"{config.alembic_ini or 'alembic.ini'} does not exist",
            "Name Alembic's file as alembic_ini in [tool.rempart].",
        )
    # Findings name files as they are seen from the current folder; Alembic's relative paths start at its own file.
    here = Path.cwd()
    root, ini = Path(config.root).resolve(), Path(config.alembic_ini).resolve()
    with _in_folder(ini.parent), contextlib.redirect_stdout(sys.stderr):
        alembic_config = AlembicConfig(str(ini), toml_file=str(root / "pyproject.toml"))
        script = _script(alembic_config)
        ordered = _ordered(script)
        if unknown := sorted(set(unread) - {one.revision for one in ordered}):
            raise UsageError(
                f"{_UNREAD} names what is no revision: {', '.join(unknown)}.", next_step="leave it out of the list"
            )
        found = RevisionUnits()
        places: dict[str, Place] = {}
        with recording(alembic_config, script) as recorder:
            for one in ordered:
                source = Source(Path(one.path), _shown(one, here))
                found.files.append(source.shown)
                places[one.revision] = source.place_of_revision()
                _Rendering(one, source, recorder, found, may_fail=one.revision in unread).render()
        found.problems.extend(several_heads(script, ordered, places))
        found.problems.extend(released.problems(Path(script.dir), here, found.units, places))
    return found


class _Rendering:
    """One revision being rendered into units."""

    def __init__(
        self, script: Script, source: Source, recorder: Recorder, found: RevisionUnits, *, may_fail: bool
    ) -> None:
        self._script, self._source, self._recorder = script, source, recorder
        self._found, self._may_fail = found, may_fail

    def render(self) -> None:
        """Add its units and notes to what was found."""
        units: list[Unit] = []
        try:
            self._upgrade(units)
            self._downgrade(units)
        except UsageError as error:
            if not self._may_fail:
                raise
            self._note(f"is not linted, as {_UNREAD} says: {error.message}")
            return
        self._found.units.extend(units)

    def _upgrade(self, units: list[Unit]) -> None:
        function = getattr(self._script.module, "upgrade", None)
        if function is None:
            raise self._failure("it has no upgrade()", "write one")
        unit = self._unit(Direction.UPGRADE, function)
        if unit.texts:
            units.append(unit)
        elif self._script.is_merge_point and self._is_empty("upgrade"):
            self._note("merges branches and runs no SQL")
        elif self._script.branch_labels and self._is_empty("upgrade"):
            self._note("only names a branch and runs no SQL")
        else:
            raise self._failure(
                "its upgrade() runs no SQL, and it is no merge of branches",
                f"write its SQL, or add {self._script.revision!r} to {_UNREAD}",
            )

    def _downgrade(self, units: list[Unit]) -> None:
        function = getattr(self._script.module, "downgrade", None)
        if function is None or self._only_raises("downgrade"):
            self._note("cannot be undone: it has no downgrade")
            return
        try:
            unit = self._unit(Direction.DOWNGRADE, function)
        except NotImplementedError:
            self._note("cannot be undone: its downgrade() is not implemented")
            return
        if unit.texts:
            units.append(unit)
        elif self._is_empty("downgrade"):
            if not self._script.is_merge_point:
                self._note("has an empty downgrade()")
        else:
            raise self._failure(
                "its downgrade() has code but runs no SQL",
                f"write `pass`, or add {self._script.revision!r} to {_UNREAD}",
            )

    def _unit(self, direction: Direction, function: Callable[[], object]) -> Unit:
        try:
            pieces = self._recorder.run(function, str(self._script.module.__file__))
        except NotImplementedError:
            if direction is Direction.DOWNGRADE:
                raise
            raise self._failure("its upgrade() is not implemented", "write it") from None
        except NeedsDatabase as error:
            raise self._failure(
                f"its {direction}() cannot be rendered without a database: {error}",
                f"do it in SQL, such as a DO block, or add {self._script.revision!r} to {_UNREAD}",
                error,
            ) from None
        except RempartError as error:
            raise self._failure(f"its {direction}() failed: {error.message}", error.next_step, error) from None
        except (Exception, SystemExit) as error:
            reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
            raise self._failure(
                f"its {direction}() cannot be rendered without a database: {reason}",
                f"correct it, or add {self._script.revision!r} to {_UNREAD}",
                error,
            ) from None
        texts = [
            self._source.positioned(piece.sql, piece.span, escaped_colons=piece.escaped_colons) for piece in pieces
        ]
        revision = self._script.revision
        return Unit(f"revision {revision} ({direction})", direction, texts, revision)

    def _failure(self, what: str, next_step: str, error: BaseException | None = None) -> UsageError:
        """The error for this revision, at the line of it that failed."""
        line = ""
        for frame in traceback.extract_tb(error.__traceback__) if error else ():
            if frame.filename == self._script.module.__file__:
                line = f":{frame.lineno}"
        where = f"{self._source.shown}{line}"
        return UsageError(f"revision {self._script.revision} ({where}): {what}.", next_step=next_step)

    def _note(self, what: str) -> None:
        self._found.notes.append(f"revision {self._script.revision} ({self._source.shown}) {what}")

    def _is_empty(self, name: str) -> bool:
        """Whether a function says nothing, in so many words."""
        function = self._source.function(name)
        return function is not None and all(
            isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
            for node in function.body
        )

    def _only_raises(self, name: str) -> bool:
        """Whether a function does nothing but raise."""
        function = self._source.function(name)
        if function is None:
            return False
        body = [node for node in function.body if not isinstance(node, ast.Expr)]
        return len(body) == 1 and isinstance(body[0], ast.Raise)


def _script(alembic_config: AlembicConfig) -> ScriptDirectory:
    try:
        return ScriptDirectory.from_config(alembic_config)
    except CommandError as error:
        raise UsageError(str(error), "`alembic history` lists the revisions there are.") from error


def _ordered(script: ScriptDirectory) -> list[Script]:
    """The revisions in an order in which they can be run: what one follows or depends on stands before it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        try:
            revisions = list(script.walk_revisions())
            before: dict[str, set[str]] = {
                one.revision: {
                    parent.revision for parent in script.get_revisions(_names(one.down_revision, one.dependencies))
                }
                for one in revisions
            }
        except (CommandError, RevisionError, UserWarning) as error:
            raise UsageError(
                f"the revisions form no history: {error}.", "`alembic history` lists the revisions there are."
            ) from error
        except Exception as error:
            raise _unreadable(error) from error
    if not revisions:
        raise UsageError(f"there are no revisions in {script.dir}.", "Write one: alembic revision -m …")
    by_name = {one.revision: one for one in revisions}
    return [by_name[name] for name in _sorted(before)]


def _names(*several: str | Collection[str] | None) -> tuple[str, ...]:
    found: list[str] = []
    for names in several:
        found.extend([names] if isinstance(names, str) else names or ())
    return tuple(found)


def _sorted(before: dict[str, set[str]]) -> Iterator[str]:
    """Topological order; what could stand in any order is sorted by name, branch after branch."""
    done: set[str] = set()
    waiting = sorted(before)
    last = ""
    while waiting:
        ready = [name for name in waiting if before[name] <= done]
        following = [name for name in ready if last in before[name]]
        last = (following or ready)[0]
        done.add(last)
        waiting.remove(last)
        yield last


def _unreadable(error: Exception) -> UsageError:
    """The error for a revision whose file cannot be loaded."""
    where = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if not frame.filename.startswith("<") and _ALEMBIC not in Path(frame.filename).parents:
            where = f" ({frame.filename}:{frame.lineno})"
    if isinstance(error, SyntaxError) and error.filename:
        where = f" ({error.filename}:{error.lineno})"
    reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return UsageError(f"a revision cannot be loaded{where}: {reason}.", "Correct the file.")


def _shown(script: Script, here: Path) -> str:
    path = Path(script.path).resolve()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()


@contextlib.contextmanager
def _in_folder(folder: Path) -> Iterator[None]:
    """Be in a folder; the import path stays as it was afterwards."""
    path = list(sys.path)
    with contextlib.chdir(folder):
        try:
            yield
        finally:
            sys.path[:] = path
