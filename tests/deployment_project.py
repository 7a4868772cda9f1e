"""A small complete project with two environments on one server, as a DBA has it: revisions, policies, contract, git."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from mini_project import Project, mini_project

from rempart.postgres import databases
from rempart.postgres.embedded import temporary_server
from rempart.postgres.server import Server

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "s3cr3t-Pässwörd/of:the@owner"
QUOTED = "s3cr3t-P%C3%A4ssw%C3%B6rd%2Fof%3Athe%40owner"
OWNER = "depot_owner"

PYPROJECT = """
[tool.rempart]
database = "depot"
owner = "depot_owner"
declared = ["schema/tables", "policies"]

[tool.rempart.environments.staging]
url_env = "STAGING_URL"

[tool.rempart.environments.production]
url_env = "PRODUCTION_URL"
protected = true
requires = "staging"
"""
ROLES = """do $$ begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'authenticator') then
        create role anon;
        create role authenticated;
        create role authenticator login noinherit;
        grant anon, authenticated to authenticator;
        create role depot_owner login;
    end if;
end $$;
revoke create on schema public from public;
revoke usage on schema public from public;
grant usage on schema public to authenticated;
"""
PERSONAS = """
[[persona]]
name = "anon"
role = "anon"

[[persona]]
name = "member"
role = "authenticated"
"""
CONTRACT = """
[[promise]]
says = "anon: nothing"
personas = ["anon"]
rows = "denied"

[[wider]]
reason = "the first deployment of all"
revision = "0002"
personas = ["*"]
relations = ["*"]
commands = ["select"]
"""
FIRST_TABLE = """create table public.thing (
    id bigint primary key,
    name text not null
);
"""
TABLE = FIRST_TABLE.replace("text not null\n", "text not null,\n    note text\n")
POLICY = """alter table public.thing enable row level security;
revoke all on table public.thing from public, anon, authenticated;
grant select on table public.thing to authenticated;
create policy thing_select on public.thing for select to authenticated using (id > 10);
"""
REVISION = '''"""{message}"""

from rempart.revisions import execute, refuse_data_loss

revision = "{number}"
down_revision = {after}
branch_labels = None
depends_on = None


def upgrade() -> None:
{upgrade}


def downgrade() -> None:
{downgrade}
'''
SECOND = "alter table public.thing add column note text;\n"


@dataclass
class DeploymentProject:
    """The project, its server, and the environments' databases."""

    project: Project
    server: Server
    variables: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.project.root

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command of rempart with the URLs of the environments."""
        ran = self.project.run(*arguments, **{**self.variables, **variables})
        self.said += [ran.stdout, ran.stderr]
        return ran

    def assert_no_secret(self) -> None:
        """No output, no file and no ledger says the password."""
        texts = {f"output {number}": text for number, text in enumerate(self.said)}
        for file in self.project.base.rglob("*"):
            if file.is_file() and ".git" not in file.parts:
                texts[str(file)] = file.read_bytes().decode(errors="replace")
        for name in ("staging", "production"):
            with self.connect(name) as connection:
                ledger = connection.execute("select to_regclass('rempart.deployment_ledger') is not null").fetchone()
                if ledger and ledger[0]:
                    rows = connection.execute("select content from rempart.deployment_ledger").fetchall()
                    texts[f"ledger of {name}"] = "".join(str(row) for row in rows)
        for place, text in texts.items():
            for secret in (PASSWORD, QUOTED, "Pässw"):
                assert secret not in text, f"{place} says the password"

    def json(self, *arguments: str, code: int = 0, **variables: str) -> Any:
        """Run a command that writes JSON."""
        ran = self.run(*arguments, "--format", "json", **variables)
        assert ran.returncode == code, ran.stderr + ran.stdout
        return json.loads(ran.stdout)

    def write(self, name: str, text: str) -> Path:
        return self.project.write(name, text)

    def revision(
        self, number: str, upgrade: str, downgrade: str = "", *, name: str = "change", outside: bool = False,
        head: str = "",
    ) -> Path:  # fmt: skip
        """Write a revision after the one with the number before.

        Args:
            number: Its number.
            upgrade: SQL.
            downgrade: SQL.
            name: Of the file.
            outside: Whether it runs outside of a transaction.
            head: Further lines at the top of the module.
        """
        before = f"{int(number) - 1:04}"
        text = REVISION.format(
            message=f"Revision {number}, {name}.",
            number=number,
            after=f'"{before}"' if int(before) else None,
            upgrade=_body(upgrade, outside=outside),
            downgrade=_body(downgrade, outside=outside),
        )
        if outside:
            text = text.replace("from rempart", "from alembic import op\n\nfrom rempart", 1)
        text = text.replace("\n\n\ndef upgrade", f"\n{head}\n\n\ndef upgrade", 1)
        return self.write(f"migrations/versions/{number}_{name}.py", text)

    def git(self, *arguments: str) -> str:
        """Run git in the project as Alice."""
        identity = ["-c", "user.name=Alice", "-c", "user.email=alice@example.org"]
        ran = subprocess.run(["git", *identity, *arguments], cwd=self.root, capture_output=True, text=True, check=True)
        return ran.stdout

    def release(self, tag: str) -> None:
        """Commit everything, and tag it."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", tag)
        self.git("tag", tag)

    def connect(self, name: str, user: str | None = None) -> psycopg.Connection[Any]:
        """A session on the database of an environment, as the superuser by default."""
        return psycopg.connect(self.server.url(name, user), autocommit=True)

    def value(self, name: str, query: str) -> Any:
        """One value of the database of an environment."""
        with self.connect(name) as connection:
            row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None

    def add_environment(self, name: str) -> None:
        """A database for an environment, and the variable of its URL, with a password."""
        databases.create(self.server, name)
        with self.connect(name) as superuser:
            for file in sorted((self.root / "schema" / "platform").glob("*.sql")):
                superuser.execute(file.read_bytes())
            superuser.execute(f'alter database "{name}" owner to {OWNER}'.encode())
        url = self.server.url(name, OWNER)
        variable = f"{name.upper().replace('-', '_')}_URL"
        self.variables[variable] = url.replace(f"//{OWNER}@", f"//{OWNER}:{QUOTED}@")


class Kept:
    """States of a project and its databases, each made once and brought back for the tests that begin there.

    Args:
        made: The project, whose databases are those of its environments.
        environments: Their names.
    """

    def __init__(self, made: DeploymentProject, environments: tuple[str, ...] = ("staging", "production")) -> None:
        self._made, self._environments = made, environments

    def keep(self, state: str) -> None:
        """Keep the project as it is now."""
        shutil.copytree(self._made.root, self._folder(state), symlinks=True)
        for name in self._environments:
            databases.create(self._made.server, f"{state}_{name}", name)

    def back_at(self, state: str) -> DeploymentProject:
        """The project as it was then; whatever became of it meanwhile is gone."""
        made = self._made
        shutil.rmtree(made.root)
        shutil.copytree(self._folder(state), made.root, symlinks=True)
        for name in self._environments:
            databases.drop(made.server, name)
            databases.create(made.server, name, f"{state}_{name}", OWNER)
        made.said.clear()
        return made

    def _folder(self, state: str) -> Path:
        return self._made.project.base / f"kept-{state}"


@contextmanager
def deployment_project(environments: tuple[str, ...] = ("staging", "production")) -> Iterator[DeploymentProject]:
    """A project at its second revision, committed and tagged v1, and environments that are empty."""
    with mini_project() as project, temporary_server() as server:
        made = DeploymentProject(project, server)
        for old in (project.root / "migrations" / "versions").iterdir():
            old.unlink()
        made.write("pyproject.toml", PYPROJECT)
        made.write("schema/platform/10_roles.sql", ROLES)
        made.write("schema/tables/thing.sql", TABLE)
        made.write("policies/thing.sql", POLICY)
        made.write("policies/personas.toml", PERSONAS)
        made.write("policies/contract.toml", CONTRACT)
        made.write("migrations/released.lock", "")
        made.write("migrations/script.py.mako", (ROOT / "migrations" / "script.py.mako").read_text())
        made.write(".gitignore", "__pycache__/\nbackups/\n")
        made.revision(
            "0001", FIRST_TABLE + POLICY, "refuse_data_loss:public.thing\ndrop table public.thing;", name="thing"
        )
        made.revision(
            "0002", SECOND, "refuse_data_loss:public.thing\nalter table public.thing drop column note;", name="note"
        )
        made.git("init", "--quiet")
        for person in ("alice", "bob"):
            key = project.base / person
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key], check=True)
            signer = f"{person}@example.org {key.with_suffix('.pub').read_text()}"
            with made.write("policies/allowed_signers", "").open("a") as signers:
                signers.write(signer)
        assert made.run("access", "--write").returncode == 0
        made.release("v1")
        for name in environments:
            made.add_environment(name)
        yield made


def _body(sql: str, *, outside: bool) -> str:
    lines = []
    if sql.startswith("refuse_data_loss:"):
        guard, _, sql = sql.partition("\n")
        lines.append(f'    refuse_data_loss("{guard.partition(":")[2]}")')
    if not sql.strip():
        return "\n".join([*lines, "    pass"]) if not lines else "\n".join(lines)
    if outside:
        lines += ["    with op.get_context().autocommit_block():", f"        execute({sql!r})"]
    else:
        lines.append(f"    execute({sql!r})")
    return "\n".join(lines)
