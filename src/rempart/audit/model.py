"""What an audit found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rempart.report.finding import Finding


class Sight(StrEnum):
    """What the anonymous role gets from a relation."""

    REFUSED = "refused"
    """It holds no privilege to read it, or may not enter its schema."""
    ROWS = "rows"
    """It gets rows: seen, or decided where nothing could be seen."""
    NOTHING = "nothing"
    """It holds the privilege, and gets no row."""
    UNDECIDED = "undecided"
    """Neither could be found out."""


@dataclass(frozen=True)
class RelationSeen:
    """A relation, as the anonymous role sees it.

    Attributes:
        name: `schema.name`.
        kind: `table`, `view`, `materialized view`, `foreign table` or `sequence`.
        exposed: Whether its schema is offered by the gateway.
        privileges: What the role holds on it or on some of its columns.
        columns: The columns it may read, when it may not read all of them.
        row_security: Whether row security is enabled; None for what has none.
        sight: What it gets.
        observed: Whether that was seen by becoming the role, and not decided.
        reason: Why, in words: the policy that lets it in, what could not be found out.
        writes: Commands that would change rows: the privilege is held, and nothing else stands before them.
        of_platform: Whether it lies in a schema of the platform, who grants what it likes there.
    """

    name: str
    kind: str
    exposed: bool
    privileges: tuple[str, ...]
    columns: tuple[str, ...]
    row_security: bool | None
    sight: Sight
    observed: bool
    reason: str
    writes: tuple[str, ...]
    of_platform: bool = False

    @property
    def out_of_reach(self) -> bool:
        """Whether all it can do there is what no policy could keep out, and the platform has granted."""
        return self.of_platform and set(self.writes) <= {"truncate"}


@dataclass(frozen=True)
class FunctionSeen:
    """A function that the anonymous role may execute. It is not called.

    Attributes:
        name: With its argument types.
        exposed: Whether its schema is offered by the gateway.
        definer: Whether it runs with its owner's rights.
        by_public: Whether the privilege is PUBLIC's.
    """

    name: str
    exposed: bool
    definer: bool
    by_public: bool


@dataclass(frozen=True)
class Anonymous:
    """What the anonymous role can do.

    Attributes:
        role: Its name.
        became: Whether the auditing role could become it, so that what it sees was seen.
        relations: Every relation of the exposed schemas, and of those it may enter.
        functions: The functions of those schemas that it may execute.
    """

    role: str
    became: bool
    relations: tuple[RelationSeen, ...] = ()
    functions: tuple[FunctionSeen, ...] = ()

    @property
    def leaks(self) -> list[RelationSeen]:
        """The relations that give it rows."""
        return [relation for relation in self.relations if relation.sight is Sight.ROWS]

    @property
    def writable(self) -> list[RelationSeen]:
        """The relations that it can change, those left out that only the platform could close."""
        return [relation for relation in self.relations if relation.writes and not relation.out_of_reach]


class Answer(StrEnum):
    """What the REST gateway answered."""

    NOTHING = "nothing"
    ROW = "row"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class RestAnswer:
    """What the gateway answered to a request for one row.

    Attributes:
        relation: `schema.name`.
        answer: What it comes to.
        detail: The status, or what went wrong.
    """

    relation: str
    answer: Answer
    detail: str


@dataclass(frozen=True)
class Drifted:
    """An object that is not as the released revision has it.

    Attributes:
        object: What it is.
        change: `added`, `missing` or `changed`.
        details: The fields that differ.
    """

    object: str
    change: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drift:
    """The comparison with the released revision.

    Attributes:
        revision: The revision that the version table names; None when there is none.
        checked: Whether the two were compared.
        reason: Why not, when they were not.
        differences: What differs.
    """

    revision: str | None
    checked: bool
    reason: str = ""
    differences: tuple[Drifted, ...] = ()


@dataclass(frozen=True)
class NotAudited:
    """What was not looked at.

    Attributes:
        subject: What.
        reason: Why.
    """

    subject: str
    reason: str


@dataclass(frozen=True)
class Audit:
    """The outcome.

    Attributes:
        database: Name of the database.
        role: The role that audited.
        server: Version of the server.
        seconds: How long it took.
        findings: Of the rules, suppressed ones included.
        anonymous: What the anonymous role can do; None when there is no such role.
        rest: What the gateway answered; None when it was not asked.
        drift: The comparison with the released revision.
        not_audited: What was not looked at.
    """

    database: str
    role: str
    server: str
    seconds: float
    findings: tuple[Finding, ...]
    anonymous: Anonymous | None
    rest: tuple[RestAnswer, ...] | None
    drift: Drift
    not_audited: tuple[NotAudited, ...]

    def passes(self, *, strict: bool) -> bool:
        """Whether nothing was found.

        Args:
            strict: Whether what was not audited, or not decided, fails too.
        """
        leaks = self.anonymous is not None and bool(self.anonymous.leaks or self.anonymous.writable)
        answered = any(one.answer is Answer.ROW for one in self.rest or ())
        found = leaks or answered or any(one.fails for one in self.findings) or bool(self.drift.differences)
        return not found and not (strict and self.not_audited)
