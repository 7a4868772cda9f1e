"""The transcript in docs/journey.md: every command is run, and prints what the page says, figures and times aside.

REMPART_WRITE_JOURNEY=1 writes what they print now into the page.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from mini_project import REMPART
from places import short_root

from rempart.config import Config
from rempart.postgres import databases, platform
from rempart.postgres.embedded import temporary_server

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "journey.md"
pytestmark = [pytest.mark.one_backend, pytest.mark.slow, pytest.mark.timeout(1800)]
VARYING = (
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?Z?( UTC)?", "MOMENT"),
    (r"\d{8}T\d{6}Z", "MOMENT"),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"),
    (r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{6,64}\b", "HASH"),
    (r"\b\d+ min ago", "N min ago"),
    (r"\b\d+(\.\d+)? s\b", "N s"),
    (r"seconds +dump .*", "seconds"),
    (r"-(apply|promote|rollback|dry-run)-[0-9a-fH][0-9a-zA-Z]*", r"-\1-HASH"),
    (r"\([^()\s]+@[^()\s]+\)", "(ACCOUNT)"),
    (r"\d+ bytes", "N bytes"),
    (r"\b[0-9a-f]{12}\b", "HASH"),
)


@dataclass(frozen=True)
class Command:
    """A command of the page, its lines of input, and what the page says it prints."""

    text: str
    said: tuple[str, ...]


@pytest.fixture
def home() -> Iterator[Path]:
    """A home with a clone of the project and the key of a colleague."""
    folder = Path(tempfile.mkdtemp(prefix="rt-", dir=short_root()))
    folder.chmod(0o755)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("tests/", "benchmarks/", "evidence/")):
            target = folder / "depot" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / "bob"], check=True)
    (folder / "tmp").mkdir(mode=0o777)
    (folder / "tmp").chmod(0o1777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def parsed(text: str) -> list[str | list[Command]]:
    """The page: prose, and the commands of each console block."""
    parts: list[str | list[Command]] = []
    for part in re.split(r"(?ms)^(```console\n.*?^```$)", text):
        if not part.startswith("```console"):
            parts.append(part)
            continue
        found: list[Command] = []
        lines = part.splitlines()[1:-1]
        while lines:
            line = lines.pop(0)
            assert line.startswith("$ "), line
            command = [line[2:]]
            if end := re.search(r"<<'(\w+)'", line):
                while command[-1] != end[1]:
                    command.append(lines.pop(0))
            said = []
            while lines and not lines[0].startswith("$ "):
                said.append(lines.pop(0))
            found.append(Command("\n".join(command), tuple(said)))
        parts.append(found)
    return parts


def plain(line: str) -> str:
    for pattern, name in VARYING:
        line = re.sub(pattern, name, line)
    return line.rstrip()


def test_the_transcript(home: Path) -> None:
    config = Config.find(ROOT)
    with temporary_server() as server:
        for name in ("staging", "production"):
            databases.create(server, name)
            platform.install(server, name, config.platform, config.owner)
        variables = {
            "HOME": str(home),
            "TMPDIR": str(home / "tmp"),
            "PATH": f"{Path(REMPART).parent}:{os.environ['PATH']}",
            "STAGING_URL": server.url("staging", config.owner),
            "PRODUCTION_URL": server.url("production", config.owner),
            "PRODUCTION_BACKUP_URL": server.url("production"),
            "COLUMNS": "140",
            "LANG": "C.UTF-8",
        }
        for who in ("AUTHOR", "COMMITTER"):
            variables |= {f"GIT_{who}_NAME": "Alice", f"GIT_{who}_EMAIL": "alice@example.org"}
        variables["REMPART_ACTOR"] = "Alice <alice@example.org>"

        def run(command: str) -> list[str]:
            ran = subprocess.run(
                ["bash", "-c", command],
                cwd=home / "depot",
                env=variables,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            return [line.replace(str(home / "depot") + "/", "") for line in ran.stdout.splitlines()]

        run("git init --quiet && git add --all && git commit --quiet --message start")
        text, wrong = "", []
        for part in parsed(PAGE.read_text(encoding="utf-8")):
            if isinstance(part, str):
                text += part
                continue
            text += "```console\n"
            for command in part:
                said = run(command.text)
                if list(map(plain, said)) != list(map(plain, command.said)):
                    wrong.append(f"$ {command.text}\n" + "\n".join(said))
                text += "\n".join([f"$ {command.text}", *said]) + "\n"
            text += "```"
        if os.environ.get("REMPART_WRITE_JOURNEY") == "1":
            PAGE.write_text(text, encoding="utf-8")
            return
        assert not wrong, "\n\n".join(wrong)
