"""What the conditions of policies come to, worked out once: many rules ask about the same ones."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from pglast import ast

from rempart.lint.sessions import LOGGED_IN, is_current_user, user_with_role
from rempart.lint.settings import Settings
from rempart.lint.state import Name, State
from rempart.sqltext.scopes import Placed, Source, placed
from rempart.sqltext.truth import Judge
from rempart.sqltext.walk import nodes

_Known = TypeVar("_Known")
_FINAL = "final"
"""Among the facts of a state that no statement will change any more."""


def will_not_change(state: State) -> None:
    """Note that all statements were read: what is worked out from here on stays true.

    Args:
        state: The final state.
    """
    state.facts[_FINAL] = True


def judge_for(table: Name, state: State, **more: Any) -> Judge:
    """A judge of conditions over the rows of a table.

    Args:
        table: The table.
        state: Knows which of its columns are never NULL.
        more: Further arguments of `Judge`.
    """
    # A column called id is a key. Where one is not, `id is not null` is no condition to rely on either.
    return Judge(own=frozenset({table[1]}), never_null=_never_null(table, state) | {"id"}, **more)


def _never_null(table: Name, state: State) -> frozenset[str]:
    relation = state.relations.get(table)
    return relation.not_null if relation is not None else frozenset()


def _as_it_is(table: Name, state: State) -> Hashable:
    """A table as far as judgements of conditions depend on it."""
    return table, _never_null(table, state)


def _judge_of(role: str, table: Name, state: State, settings: Settings) -> Judge:
    """A judge that assumes a request of a role, or nothing for no role; it remembers what it decided."""
    assumed = {"assume": user_with_role(role, settings)} if role else {}
    return _remembered("judge", role, _as_it_is(table, state), state, lambda: judge_for(table, state, **assumed))


def calls(node: Any, state: State) -> tuple[Any, ...]:
    """The calls of functions in a condition. One without any is true of a session when it is true at all.

    Args:
        node: A condition, or None.
        state: Remembers them.
    """
    return _remembered(
        "calls", node, None, state, lambda: tuple(one for one in nodes_in(node, state) if isinstance(one, ast.FuncCall))
    )


def always_true(node: Any, table: Name, state: State, settings: Settings) -> bool:
    """Whether a condition holds for every row and every client of the API.

    Args:
        node: A condition, or None.
        table: The table of the rows.
        state: Remembers the answer.
        settings: Names the API roles.
    """

    def work() -> bool:
        if _judge_of("", table, state, settings).always_true(node):
            return True
        judges = (_judge_of(role, table, state, settings) for role in ("anon", LOGGED_IN))
        return _asks(node, state) and all(judge.always_true(node) for judge in judges)

    return node is not None and _remembered("always true", node, _as_it_is(table, state), state, work)


def any_user(node: Any, table: Name, state: State, settings: Settings) -> bool:
    """Whether a condition holds for every row and every user that is logged in.

    Args:
        node: A condition, or None.
        table: The table of the rows.
        state: Remembers the answer.
        settings: Names the session functions.
    """
    if node is None:
        return False
    role = LOGGED_IN if _asks(node, state) else ""
    judge = _judge_of(role, table, state, settings)
    return _remembered("any user", node, _as_it_is(table, state), state, lambda: judge.always_true(node))


def _asks(node: Any, state: State) -> bool:
    """Whether a condition may depend on the session."""
    return bool(calls(node, state)) or any(is_current_user(one) for one in nodes_in(node, state))


def never_true(node: Any, table: Name, state: State, settings: Settings) -> bool:
    """Whether a condition lets nothing through; also when there is none.

    Args:
        node: A condition, or None.
        table: The table of the rows.
        state: Remembers the answer.
        settings: Names the session functions.
    """
    judge = _judge_of("", table, state, settings)
    return node is None or _remembered(
        "never true", node, _as_it_is(table, state), state, lambda: judge.never_true(node)
    )


def nodes_in(node: Any, state: State) -> tuple[Any, ...]:
    """The nodes of a condition, parents before children.

    Args:
        node: A condition, or None.
        state: Remembers them.
    """
    return _remembered("nodes", node, None, state, lambda: tuple(nodes(node)))


def placed_in(node: Any, table: Name, state: State) -> list[Placed]:
    """The nodes of a condition with what surrounds them.

    Args:
        node: A condition, or None.
        table: The table of the rows.
        state: Knows the columns of tables; when it will not change any more, it remembers the answer.
    """

    def work() -> list[Placed]:
        return list(placed(node, source_of(table, state), columns_of(state)))

    return of_final("placed", node, table, state, work)


def of_final(what: str, about: Any, table: Name | None, state: State, work: Callable[[], _Known]) -> _Known:
    """What is known of a thing; worked out once when the state will not change any more.

    Args:
        what: What is worked out.
        about: The thing: a tree, or a part of the state.
        table: The table it is worked out for.
        state: Remembers the answer.
        work: Works it out.
    """
    return _remembered(what, about, table, state, work) if _FINAL in state.facts else work()


def _remembered(what: str, about: Any, table: Hashable, state: State, work: Callable[[], _Known]) -> _Known:
    """What is known of a thing, worked out once. The thing is kept with it, so that no other gets its id."""
    key = what, about if isinstance(about, str) else id(about), table
    if key not in state.facts:
        state.facts[key] = about, work()
    known: _Known = state.facts[key][1]
    return known


def columns_of(state: State) -> Any:
    """A function that tells the columns of a relation by schema and name; None when they are not known.

    Args:
        state: What is known.
    """

    def find(schema: str | None, name: str) -> frozenset[str] | None:
        relation = state.relations.get(state.resolve(schema, name))
        if relation is None or not relation.columns or not (relation.seen and relation.parent is None):
            return None
        return frozenset(relation.columns)

    return find


def source_of(table: Name, state: State) -> Source:
    """The table of a policy as the outermost source of columns.

    Args:
        table: The table.
        state: Knows its columns.
    """
    return Source(table[1], table[0], table[1], columns_of(state)(*table))
