"""Who holds a privilege, as far as the statements read so far tell."""

from __future__ import annotations

from collections.abc import Iterator

from rempart.lint.grantees import is_untrusted_role
from rempart.lint.settings import Settings
from rempart.lint.state import PUBLIC, Function, Name, State, Target


def holders(target: Target, privileges: set[str], state: State) -> Iterator[str]:
    """Roles that hold one of some privileges on an object, on all of it or on one of its columns.

    PUBLIC's built-in EXECUTE on functions is counted.

    Args:
        target: The object; its detail is empty for a relation.
        privileges: Lower case.
        state: What is known.
    """
    found: set[str] = set()
    candidates = state.grants.on("relation", target.name) if target.kind == "relation" else [target]
    for candidate in candidates:
        found |= {name for name, held in state.grants.get(candidate, {}).items() if privileges & held.keys()}
    if target.kind == "function" and "execute" in privileges and has_built_in_execute(target, state):
        found.add(PUBLIC)
    yield from sorted(found)


def has_built_in_execute(target: Target, state: State) -> bool:
    """Whether PUBLIC still holds the EXECUTE that Postgres gives it on every new function.

    Args:
        target: A function.
        state: What is known.
    """
    key = (target.name, target.detail)
    return key in state.functions and state.functions[key].seen and key not in state.public_execute_revoked


def clients_that_may_execute(function: Function, state: State, settings: Settings) -> list[str]:
    """API roles of clients that may call a function.

    Args:
        function: The function.
        state: What is known.
        settings: Names the API roles.
    """
    target = Target("function", function.name, function.signature)
    return [name for name in holders(target, {"execute"}, state) if is_untrusted_role(name, state, settings)]


def clients_that_may(privileges: set[str], relation: Name, state: State, settings: Settings) -> list[str]:
    """API roles of clients that hold one of some privileges on a relation by a grant that was read.

    Args:
        privileges: Lower case.
        relation: Its name.
        state: What is known.
        settings: Names the API roles.
    """
    target = Target("relation", relation)
    return [name for name in holders(target, privileges, state) if is_untrusted_role(name, state, settings)]
