"""Servers and databases for the tests: one server a backend and session, one throw-away database a test.

A backend is `embedded-18`, `embedded-16` or `container`. REMPART_BACKENDS chooses (default: all present);
one named in REMPART_REQUIRE_BACKENDS fails the run when it is missing or ran no test.

The default run is the quick one: tests marked `slow` are left out, and those marked `costly` run on the first backend
only. REMPART_ALL=1, which CI sets, runs the slow ones too, and each costly one on a backend that its name chooses.
REMPART_ALL=2 runs everything everywhere.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from amount import Amount, amount
from places import work_in_memory
from servers import Database, start_server

from rempart.config import Config
from rempart.postgres import databases, platform
from rempart.postgres.server import Server
from rempart.revisions import runner

# They are imported by tests before they are plugins of theirs.
pytest.register_assert_rewrite("backup_fixtures", "staging_fixtures")

ROOT = Path(__file__).resolve().parents[1]
BACKENDS = ("embedded-18", "embedded-16", "container")


def _named(variable: str) -> list[str]:
    names = [name.strip() for name in os.environ.get(variable, "").split(",") if name.strip()]
    if unknown := set(names) - set(BACKENDS):
        raise pytest.UsageError(f"{variable}: unknown backend {', '.join(sorted(unknown))}")
    return names


def _container_engine_answers() -> bool:
    docker = shutil.which("docker")
    return docker is not None and subprocess.run([docker, "info"], capture_output=True).returncode == 0


def _chosen() -> list[str]:
    if chosen := _named("REMPART_BACKENDS"):
        return chosen
    return [name for name in BACKENDS if name != "container" or _container_engine_answers()]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_ran] = Counter()
    if hasattr(config, "workerinput"):  # the controller decided
        config.stash[_backends] = config.workerinput["backends"]
        return
    config.stash[_backends] = _chosen()
    config.add_cleanup(work_in_memory())
    if missing := set(_named("REMPART_REQUIRE_BACKENDS")) - set(config.stash[_backends]):
        raise pytest.UsageError(f"required backend not present: {', '.join(sorted(missing))}")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["backends"] = node.config.stash[_backends]


_backends: pytest.StashKey[list[str]] = pytest.StashKey()
_ran: pytest.StashKey[Counter[str]] = pytest.StashKey()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" in metafunc.fixturenames:
        backends = metafunc.config.stash[_backends]
        marks = {mark.name for mark in metafunc.definition.iter_markers()}
        if "one_backend" in marks or ("costly" in marks and amount() is Amount.QUICK):
            backends = backends[:1]
        elif "costly" in marks and amount() is Amount.CI:
            turn = zlib.crc32(metafunc.definition.nodeid.encode()) % len(backends)
            backends = backends[turn : turn + 1]
        metafunc.parametrize("backend", backends, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if amount() is Amount.QUICK:
        left_out = [item for item in items if item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("slow")]
    for item in items:
        backend = getattr(item, "callspec", None) and item.callspec.params.get("backend")
        if backend:
            item.user_properties.append(("backend", backend))
        if item.get_closest_marker("container"):
            item.user_properties.append(("backend", "container"))
            if "container" not in config.stash[_backends]:
                item.add_marker(pytest.mark.skip(reason="no container engine"))


_session_config: list[pytest.Config] = []


def pytest_sessionstart(session: pytest.Session) -> None:
    _session_config[:] = [session.config]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and report.passed:
        for name, value in report.user_properties:
            if name == "backend":
                _session_config[0].stash[_ran][str(value)] += 1


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    config = session.config
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    ran = config.stash[_ran]
    if target := os.environ.get("REMPART_BACKEND_REPORT"):
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).write_text(json.dumps({name: ran[name] for name in BACKENDS}) + "\n")
    if exitstatus == 0 and any(ran[name] == 0 for name in _named("REMPART_REQUIRE_BACKENDS")):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    ran = config.stash[_ran]
    counts = ", ".join(f"{name} {ran[name]}" for name in BACKENDS)
    terminalreporter.write_line(f"tests passed on a real server: {counts}")
    for name in _named("REMPART_REQUIRE_BACKENDS"):
        if ran[name] == 0:
            terminalreporter.write_line(f"required backend {name}: no test passed on it", red=True)


@pytest.fixture(scope="session")
def config() -> Config:
    """The project's own configuration."""
    return Config.find(ROOT)


@pytest.fixture(scope="session")
def server(backend: str) -> Iterator[Server]:
    """The session's shared server of a backend. Tests that change roles use `own_server`."""
    with start_server(backend) as started:
        yield started


@pytest.fixture
def own_server(backend: str) -> Iterator[Server]:
    """A server for this test alone: roles are cluster-wide."""
    with start_server(backend) as started:
        yield started


def build_platform(server: Server, name: str, config: Config) -> None:
    """A database with the platform stand-in and nothing else, owned by the migration owner."""
    databases.create(server, name)
    platform.install(server, name, config.platform, config.owner)


def build_depot(server: Server, name: str, config: Config, *, sample: bool = False) -> None:
    """A database at head, with the sample data when asked."""
    build_platform(server, name, config)
    runner.upgrade(server.url(name, config.owner), "head", config)
    if sample:
        from rempart.local.sample import load

        load(server.url(name), config)


@pytest.fixture(scope="session")
def platform_template(server: Server, config: Config) -> str:
    """The name of a template database with the platform stand-in."""
    build_platform(server, "template_platform", config)
    return "template_platform"


@pytest.fixture(scope="session")
def depot_template(server: Server, config: Config) -> str:
    """The name of a template database at head."""
    build_depot(server, "template_depot", config)
    return "template_depot"


@pytest.fixture(scope="session")
def sample_template(server: Server, config: Config) -> str:
    """The name of a template database at head with the sample data."""
    build_depot(server, "template_sample", config, sample=True)
    return "template_sample"


def _copy(server: Server, template: str, config: Config) -> Iterator[Database]:
    with databases.throwaway(server, template=template, owner=config.owner) as name:
        yield Database(server, name, config.owner)


@pytest.fixture
def platform_database(server: Server, platform_template: str, config: Config) -> Iterator[Database]:
    """A throw-away database with the platform stand-in, before any revision."""
    yield from _copy(server, platform_template, config)


@pytest.fixture
def depot_database(server: Server, depot_template: str, config: Config) -> Iterator[Database]:
    """A throw-away database at head, without rows."""
    yield from _copy(server, depot_template, config)


@pytest.fixture
def sample_database(server: Server, sample_template: str, config: Config) -> Iterator[Database]:
    """A throw-away database at head with the sample data."""
    yield from _copy(server, sample_template, config)
