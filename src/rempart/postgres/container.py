"""A server in a container, through Testcontainers: production's own version, password over TCP."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from rempart.errors import OperationError, UsageError
from rempart.postgres import leftovers
from rempart.postgres.external import server_major
from rempart.postgres.interruption import uninterrupted, unwinding
from rempart.postgres.server import PORT, SUPERUSER, connect, tcp_url

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

IMAGE_VARIABLE = "REMPART_POSTGRES_IMAGE"
DEFAULT_IMAGE = "postgres:15"
_LABEL = "rempart.record"
_ENGINE_VARIABLE = "DOCKER_HOST"
_REAPER_VARIABLE = "TESTCONTAINERS_RYUK_DISABLED"
_STARTUP_SECONDS = 120.0
_ENGINE_TIMEOUT = 120  # seconds
_ANSWER_TIMEOUT = 5  # seconds


@dataclass(frozen=True)
class ContainerServer:
    """A server in a container that this process started.

    Attributes:
        host: Where its port is published.
        port: The published port.
        major: Major version of the server.
        password: Password of the superuser, and of the login roles made on it.
    """

    host: str
    port: int
    major: int
    password: str = field(repr=False)

    @property
    def label(self) -> str:
        """``container-`` and the major version."""
        return f"container-{self.major}"

    @property
    def bin_dir(self) -> Path | None:
        """None: the client programs are inside the container."""
        return None

    def url(self, database: str = SUPERUSER, user: str | None = None) -> str:
        """The libpq URI of a database, for the superuser unless a role is given. It holds the password."""
        return tcp_url(self.host, self.port, database, user or SUPERUSER, self.password)


@contextmanager
def container_server(image: str | None = None) -> Iterator[ContainerServer]:
    """A server in a new container, removed at the end of the block with its volumes.

    The end may also be an exception, Ctrl-C, SIGTERM or SIGHUP. What a killed command left is removed first.

    Args:
        image: Name of the image; by default that of REMPART_POSTGRES_IMAGE, or ``postgres:15``. It has to
            understand the variables of the official image.

    Raises:
        UsageError: Testcontainers is not installed.
        OperationError: No engine answers, there is no such image, or the server in it does not answer.
    """
    name = image or os.environ.get(IMAGE_VARIABLE) or DEFAULT_IMAGE
    with unwinding():
        leftovers.sweep()
        password = secrets.token_urlsafe(24)
        token = leftovers.new_token()
        container = _container(name, password, token)
        record = leftovers.register(token=token, engine=os.environ.get(_ENGINE_VARIABLE, ""))
        try:
            with _engine_errors(name):
                with _reaper_off():
                    container.start()
                host, port = container.get_container_host_ip(), int(container.get_exposed_port(PORT))
                major = _first_answer(container, name, tcp_url(host, port, SUPERUSER, SUPERUSER, password))
            yield ContainerServer(host, port, major, password)
        finally:
            with uninterrupted():
                leftovers.discard(record)
                container.get_docker_client().client.close()


def remove_labelled(engine: str, token: str) -> bool:
    """Remove the container that carries a record's token; whether it is gone.

    Args:
        engine: Address of the container engine; empty for the default one.
        token: The token of the record.
    """
    try:
        import docker  # type: ignore[import-untyped]
    except ImportError:
        return False
    try:
        options: dict[str, Any] = {"timeout": _ANSWER_TIMEOUT}
        client = docker.DockerClient(base_url=engine, **options) if engine else docker.from_env(**options)
    except docker.errors.DockerException:
        return False
    try:
        found = client.containers.list(all=True, filters={"label": f"{_LABEL}={token}"})
        client.api.timeout = _ENGINE_TIMEOUT  # it answers; removing many files takes some engines long
        for container in found:
            with suppress(docker.errors.NotFound):
                container.remove(force=True, v=True)
        return True
    except (docker.errors.DockerException, OSError):
        return False
    finally:
        client.close()


def _container(image: str, password: str, token: str) -> DockerContainer:
    """The container, not made yet.

    Raises:
        UsageError: Testcontainers is not installed.
        OperationError: No container engine answers.
    """
    try:
        from testcontainers.core.container import DockerContainer
    except ImportError:
        raise UsageError(
            "the package testcontainers, which starts containers, is not installed.",
            next_step="pip install 'rempart[container]'",
        ) from None
    with _engine_errors(image):
        container = DockerContainer(
            image, docker_client_kw={"timeout": _ENGINE_TIMEOUT}, labels={_LABEL: token}, ports=[PORT]
        )
        # The server answers on the socket of its own container before it is ready; over TCP it does not.
        return container.with_envs(POSTGRES_USER=SUPERUSER, POSTGRES_PASSWORD=password, POSTGRES_DB=SUPERUSER)


def _first_answer(container: DockerContainer, image: str, url: str) -> int:
    """Wait for the first query that works; the major version of the server.

    Raises:
        OperationError: The container ended, or nothing answered in time.
    """
    deadline = time.monotonic() + _STARTUP_SECONDS
    while True:
        try:
            with connect(url) as connection:
                connection.execute("select 1")
                return server_major(connection)
        except (OperationError, psycopg.OperationalError) as error:
            container.reload()
            if container.status in ("exited", "dead") or time.monotonic() > deadline:
                raise OperationError(
                    f"the server in a container of {image} did not answer ({container.status}): {error}; "
                    f"its last words: {_last_words(container)}",
                    next_step=f"try `docker run` with that image, or name another one in {IMAGE_VARIABLE}",
                ) from None
        time.sleep(0.1)


def _last_words(container: DockerContainer) -> str:
    lines = [line for part in container.get_logs() for line in part.decode(errors="replace").splitlines()]
    return " / ".join(line.strip() for line in lines[-3:]) or "none"


@contextmanager
def _reaper_off() -> Iterator[None]:
    """Do without Testcontainers' own cleaner, another image to fetch, unless the user asked for it.

    What a killed command leaves is found by its record instead.
    """
    from testcontainers.core.config import testcontainers_config

    before = testcontainers_config.ryuk_disabled
    if _REAPER_VARIABLE not in os.environ:
        testcontainers_config.ryuk_disabled = True
    try:
        yield
    finally:
        testcontainers_config.ryuk_disabled = before


@contextmanager
def _engine_errors(image: str) -> Iterator[None]:
    """Turn the errors of the container engine into ones with a next step."""
    from docker.errors import DockerException, NotFound  # type: ignore[import-untyped]
    from requests.exceptions import RequestException

    try:
        yield
    except NotFound as error:
        raise OperationError(
            f"there is no image {image}: {error}",
            next_step=f"pull or build it, or name another one in {IMAGE_VARIABLE}",
        ) from None
    except (DockerException, RequestException, OSError) as error:
        raise OperationError(
            f"the container engine could not run {image}: {error}",
            next_step=f"check that `docker info` answers (see {_ENGINE_VARIABLE}) and that {image} is there",
        ) from None
