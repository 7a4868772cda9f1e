"""Addresses of servers: written so that libpq reads them back, shown without their passwords."""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from rempart.errors import OperationError, UsageError
from rempart.postgres.cluster import fits_a_socket
from rempart.postgres.external import external_server
from rempart.postgres.server import connect, masked, parse, socket_url, tcp_url, with_database
from rempart.sources.source import parse as source


def test_a_socket_url_is_read_back_by_libpq() -> None:
    url = socket_url(Path("/tmp/a b,c?&"), "my db/é", "o'wner@x")
    assert conninfo_to_dict(url) == {
        "host": "/tmp/a b,c?&",
        "port": "5432",
        "dbname": "my db/é",
        "user": "o'wner@x",
    }


@pytest.mark.parametrize("host", ["localhost", "::1"])
def test_a_tcp_url_is_read_back_by_libpq(host: str) -> None:
    read = conninfo_to_dict(tcp_url(host, 5433, "d", "u", "p@:/?#% '&"))
    assert read == {"host": host, "port": "5433", "dbname": "d", "user": "u", "password": "p@:/?#% '&"}


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:s%40cret@h:5433/d?sslmode=require&application_name=a%20b",
        "host=h port=5433 user=u password='s@cret' dbname=d sslmode=require application_name='a b'",
    ],
)
def test_a_url_is_pointed_at_another_database_and_role(url: str) -> None:
    changed = conninfo_to_dict(with_database(parse(url), "other", "owner"))
    assert changed == conninfo_to_dict(url) | {"dbname": "other", "user": "owner"}
    assert conninfo_to_dict(with_database(parse(url), "other", None)) == conninfo_to_dict(url) | {"dbname": "other"}


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://u:s3cret@h/d",
        "cannot reach postgresql+psycopg://u:s3cret@h/d and postgres://v:s3cret@h/d?x=1",
        "postgresql://u@h/d?password=s3cret&x=1",
        "host=h password=s3cret",
        "host=h password = 's3cret two' user=u",
        "postgresql://h/d?user=u&password=s3cret",
        "postgresql://u:p:s3cret@h/d",
        "postgresql://u:p/s3cret@h/d",
        "postgresql://u:p@s3cret?#@h/d",
    ],
)
def test_passwords_are_masked(text: str) -> None:
    shown = masked(text)
    assert "s3cret" not in shown
    assert "***" in shown
    assert masked(shown) == shown


@pytest.mark.parametrize(
    "text",
    ["postgresql://user@host:5432/db?host=%2Ftmp", "postgresql://host:5432/db", "postgresql://host:5432"],
)
def test_what_is_no_password_is_not_masked(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    "url",
    [
        "http://u:s3cret@h/",
        "nonsense",
        "a=b password=s3cret",
        "postgresql://u:s3cret%zz@h/d",
        "postgresql://u:s3cret%00@h/d",
        "postgresql://u:first@s3cret@h/d",
        "postgresql://u:first/s3cret@h/d",
        "postgresql://u:s3cret@h/d?connect_timeout=soon",
    ],
)
def test_what_is_no_postgres_url_is_a_usage_error_without_the_password(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        external_server(url)
    assert "s3cret" not in caught.value.message
    assert caught.value.next_step


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:s3cret@127.0.0.1:1/d",
        "postgresql://u:s3cret@no-such-host.invalid/d",
        "postgresql://u:s3cret@/d?host=/nowhere",
    ],
)
def test_a_server_that_does_not_answer_is_an_operation_error_without_the_password(url: str) -> None:
    with pytest.raises(OperationError, match="no connection to") as caught:
        connect(url)
    assert "s3cret" not in caught.value.message
    assert caught.value.exit_code == 3


def test_the_length_of_a_socket_path_is_counted_in_bytes() -> None:
    assert fits_a_socket(Path("/tmp/" + "a" * 80))
    assert not fits_a_socket(Path("/tmp/" + "é" * 80))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:a s3cret@h/d",
        "postgresql://u:a\ns3cret@h/d",
        "postgresql://u@h:s3cret/d",
        "postgresql://h/d?user=u&passwordd=s3cret",
        "u:s3cret@h/d",
        "postgresql://h/d?user=u&connect_timeout=s3cret",
    ],
)
def test_nothing_is_shown_of_what_is_not_understood_for_any_part_may_be_the_password(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        connect(url)
    assert "s3cret" not in caught.value.message
    try:
        said = source(url).shown
    except UsageError as error:
        said = error.message
    assert "s3cret" not in said and "not shown" in said
