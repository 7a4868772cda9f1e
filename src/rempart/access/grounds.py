"""What the words of two access maps rest on: functions, views and policies behind conditions, in two catalogs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from rempart.access.personas import RowClass
from rempart.access.predicates import atoms
from rempart.catalog.kinds.column import Column
from rempart.catalog.kinds.function import Function
from rempart.catalog.kinds.policy import Policy
from rempart.catalog.kinds.table import Table
from rempart.catalog.kinds.view import View
from rempart.catalog.model import Catalog, CatalogObject

_NAME = re.compile(r'(?:"((?:[^"]|"")+)"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*))(\s*\()?')
_INVOKER = ("security_invoker=true", "security_invoker=on", "security_invoker=yes", "security_invoker=1")


@dataclass(frozen=True)
class State:
    """One catalog, asked for what decides who gets what. Relations are named `schema.name`."""

    catalog: Catalog

    def columns(self, relation: str) -> frozenset[str]:
        """The columns of a table or view; empty when there is none."""
        view = self._relations.get(relation)
        return frozenset(c[0] for c in view.columns) if isinstance(view, View) else self._columns.get(relation, _NONE)

    def view(self, relation: str) -> View | None:
        """A view; None for everything else."""
        found = self._relations.get(relation)
        return found if isinstance(found, View) else None

    def definer(self, signature: str) -> Function | None:
        """A function that runs with the rights of its owner; None for everything else."""
        found = self._functions.get(squeezed(signature))
        return found if found is not None and found.security_definer else None

    def matching(self, relation: str, column: str) -> frozenset[str]:
        """The conditions of a table's policies by which a column is the session's own."""
        schema, _, name = relation.partition(".")
        return frozenset(
            atom.text
            for policy in self._policies.get((schema, name), ())
            for text in (policy.using, policy.with_check)
            if text
            for atom in atoms(text, name, self.columns(relation))
            if atom.matched == column
        )

    def policies(self, relation: str) -> list[Policy]:
        """The policies of a table."""
        schema, _, name = relation.partition(".")
        return self._policies.get((schema, name), [])

    def behind(self, texts: Iterable[str], *, with_policies: bool) -> dict[str, str]:
        """Everything that some texts call or read, directly or not, and how it is defined, by its identity.

        Names are followed whatever their schema, rather too many than too few; a function's where it is called.

        Args:
            texts: Predicates, queries or bodies.
            with_policies: Whether policies of tables count; those of full rights are not bound by them.
        """
        found: dict[str, str] = {}
        waiting = list(texts)
        while waiting:
            for quoted, plain, call in set(_NAME.findall(waiting.pop())):
                for one in self._by_name.get(quoted.replace('""', '"') or plain, ()):
                    if str(one.identity) not in found and (call or not isinstance(one, Function)):
                        parts = list(self._texts(one, with_policies))
                        found[str(one.identity)] = "\n".join(parts)
                        waiting += parts
        return found

    def _texts(self, one: CatalogObject, with_policies: bool) -> Iterator[str]:
        if isinstance(one, Function):
            yield one.definition
            yield f"{one.owner}"
        elif isinstance(one, View):
            yield one.query
            yield f"{one.owner} {one.options}"
        elif isinstance(one, Table) and with_policies:
            yield f"{one.owner} {one.row_security} {one.force_row_security}"
            for policy in self._policies.get((one.schema, one.name), ()):
                yield f"{policy.part} {policy.command} {policy.permissive} {policy.roles}"
                yield from filter(None, (policy.using, policy.with_check))

    @cached_property
    def _relations(self) -> dict[str, Table | View]:
        return {f"{o.schema}.{o.name}": o for o in self.catalog.objects.values() if isinstance(o, Table | View)}

    @cached_property
    def _functions(self) -> dict[str, Function]:
        found = (one for one in self.catalog.objects.values() if isinstance(one, Function))
        return {squeezed(f"{one.schema}.{one.name}{one.part}"): one for one in found}

    @cached_property
    def _columns(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for one in self.catalog.objects.values():
            if isinstance(one, Column):
                found[f"{one.schema}.{one.name}"].add(one.part)
        return {relation: frozenset(columns) for relation, columns in found.items()}

    @cached_property
    def _policies(self) -> dict[tuple[str, str], list[Policy]]:
        found: dict[tuple[str, str], list[Policy]] = defaultdict(list)
        for one in self.catalog.objects.values():
            if isinstance(one, Policy):
                found[one.schema, one.name].append(one)
        return found

    @cached_property
    def _by_name(self) -> Mapping[str, list[CatalogObject]]:
        found: dict[str, list[CatalogObject]] = defaultdict(list)
        for one in self.catalog.objects.values():
            if isinstance(one, Function | View | Table):
                found[one.name].append(one)
        return found


_NONE: frozenset[str] = frozenset()


def squeezed(signature: str) -> str:
    """A function's name and types without blanks, by which it is found however it was written.

    Args:
        signature: The name and types.
    """
    return signature.replace(" ", "")


def reads_as_caller(view: View) -> bool:
    """Whether a view reads with the rights of who asks, and not of its owner.

    Args:
        view: The view.
    """
    return not view.materialized and bool(set(view.options) & set(_INVOKER))


@dataclass(frozen=True)
class Grounds:
    """Two catalogs, asked whether a word of one map means the same in the other.

    Attributes:
        before: The one.
        after: The other.
        classes: The classes of rows that both maps name.
        observed: The relations that the second map shows.
    """

    before: State
    after: State
    classes: tuple[RowClass, ...]
    observed: frozenset[str]
    _found: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def word(self, relation: str, word: str) -> str:
        """Why a word means something else now; empty when it means the same.

        Args:
            relation: The relation whose rows it describes.
            word: The word, as labels have it.
        """
        for row_class in self.classes:
            if word in row_class.names and relation in row_class.rows:
                moved = self._of_class(row_class, relation)
                return f"what decides {word} changed: {', '.join(moved)}" if moved else ""
        kind, _, column = word.partition(" ")
        is_match = kind in ("own", "other") and column in (self.before.columns(relation) | self.after.columns(relation))
        if not is_match and "(" not in word:
            return ""  # a value, or a comparison of values
        if is_match and self.before.matching(relation, column) != self.after.matching(relation, column):
            return f"the policies say in another way what {word} is"
        moved = self.behind_policies(relation)
        return f"what decides {word} changed: {', '.join(moved)}" if moved else ""

    def behind_policies(self, relation: str) -> tuple[str, ...]:
        """What the policies of a table rest on, directly or not, and is defined in another way now."""
        return self._once(f"policies {relation}", lambda: self._behind_policies(relation))

    def _behind_policies(self, relation: str) -> tuple[str, ...]:
        texts = [
            [text for one in state.policies(relation) for text in (one.using, one.with_check) if text]
            for state in self._states
        ]
        moved = self._differing(texts, with_policies=True)
        # Its own policies are what the maps show; what stands behind them they do not.
        return tuple(name for name in moved if name != f"table {relation}")

    def policies_moved(self, relation: str) -> bool:
        """Whether the policies of a table, or what they rest on, are others now."""
        said = [
            {(p.part, p.command, p.permissive, p.roles, p.using, p.with_check) for p in state.policies(relation)}
            for state in self._states
        ]
        return said[0] != said[1] or bool(self.behind_policies(relation))

    def behind_view(self, relation: str) -> tuple[str, ...]:
        """Why a view may show other rows now than its tables do: what changed, itself included."""
        return self._once(f"view {relation}", lambda: self._behind_view(relation))

    def _behind_view(self, relation: str) -> tuple[str, ...]:
        old, new = (state.view(relation) for state in self._states)
        if new is None:
            return ()
        changed = old is None or (old.query, old.owner, old.options) != (new.query, new.owner, new.options)
        if changed and (not reads_as_caller(new) or self._reads_beyond(new)):
            return (f"view {relation}",)
        moved = self._differing([[one.query] if one else [] for one in (old, new)], with_policies=False)
        if not reads_as_caller(new):
            return moved
        # What a view reads with its caller's rights the map shows by itself, where it is in the map.
        return tuple(name for name in moved if self._is_definer(name) or self._is_unseen_view(name))

    def _reads_beyond(self, view: View) -> bool:
        """Whether a view reads what the map does not show."""
        read = self.after.behind([view.query], with_policies=False)
        relations = {name.partition(" ")[2] for name in read if name.partition(" ")[0] in ("table", "view")}
        return bool(relations - self.observed) or any(self._is_definer(name) for name in read)

    def _is_unseen_view(self, name: str) -> bool:
        kind, _, relation = name.partition(" ")
        return kind == "view" and relation not in self.observed

    def _is_definer(self, name: str) -> bool:
        kind, _, signature = name.partition(" ")
        return kind == "function" and self.after.definer(signature) is not None

    def behind_function(self, signature: str) -> tuple[str, ...]:
        """What changed of a function that runs with its owner's rights, or of what it rests on."""
        return self._once(f"function {signature}", lambda: self._behind_function(signature))

    def _behind_function(self, signature: str) -> tuple[str, ...]:
        old, new = (state.definer(signature) for state in self._states)
        if new is None:
            return ()
        if old is None or (old.definition, old.owner) != (new.definition, new.owner):
            return (f"function {signature}",)
        return self._differing([[one.definition] for one in (old, new)], with_policies=False)

    @property
    def _states(self) -> tuple[State, State]:
        return self.before, self.after

    def _of_class(self, row_class: RowClass, relation: str) -> tuple[str, ...]:
        texts = [[row_class.persona, row_class.rows[relation]]] * 2
        key = f"class {row_class.own} {relation}"
        return self._once(key, lambda: self._differing(texts, with_policies=False))

    def _once(self, key: str, find: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
        """The same is asked for each persona."""
        if key not in self._found:
            self._found[key] = find()
        return self._found[key]

    def _differing(self, texts: list[list[str]], *, with_policies: bool) -> tuple[str, ...]:
        old, new = (
            state.behind(some, with_policies=with_policies) for state, some in zip(self._states, texts, strict=True)
        )
        return tuple(sorted(name for name in old.keys() & new.keys() if old[name] != new[name]))
