"""Fixtures that every room's tests share: a site of one's own, on each database there is."""

import functools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from tests.postgres import new_database, private_postgres
from tests.world import Secrets, World, fill, make_template, open_world
from whistle.parties import locksmith
from whistle.vault import serverkeys, store

# A slow hash of the same secret, salt and cost is the same: here it is worked out once, not at each sign-in.
locksmith.argon2_root = functools.cache(locksmith.argon2_root)  # type: ignore[attr-defined]


STATEMENTS = 4_000
"""More than the suite has, so that none is forgotten."""

KNOWN: dict[str, Engine] = {}
"""The first engine of each kind of database: what it compiled serves all others."""


def _engine_with_what_is_compiled(url: str, **options: Any) -> Engine:
    made = create_engine(url, query_cache_size=STATEMENTS, **options)
    first = KNOWN.setdefault(made.dialect.name, made)
    made.dialect = made.pool._dialect = first.dialect
    made._compiled_cache = first._compiled_cache
    return made


# A site of its own for each test is an engine of its own, which would compile every statement again.
store.create_engine = _engine_with_what_is_compiled  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _leave_the_runs() -> Iterator[None]:
    """A process holds the run of each site it opens until it ends; the suite opens more than it may hold."""
    before = len(serverkeys._run_files)
    yield
    while len(serverkeys._run_files) > before:
        os.close(serverkeys._run_files.pop())


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Secrets]:
    """A site with its people, made once."""
    folder = tmp_path_factory.mktemp("template")
    return folder, make_template(folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str | None]:
    """The URL of a PostgreSQL server of the suite's own, or None where there is none."""
    with private_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def filled(template: tuple[Path, Secrets], postgres_server: str | None) -> Iterator[str]:
    """The name of a PostgreSQL database that holds the template's rows, to be copied for each test."""
    if postgres_server is None:
        pytest.skip("no PostgreSQL on this machine")
    with new_database(postgres_server) as url:
        fill(template[0], url)
        yield url.partition("?")[0].rpartition("/")[2]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """None for SQLite, the URL of a database for PostgreSQL; skips loudly where there is no server.

    It is empty, or holds the template's rows where the test has a `world` in it.
    """
    if request.param == "sqlite":
        yield None
        return
    server = request.getfixturevalue("postgres_server")
    if server is None:
        pytest.skip("no PostgreSQL on this machine")
    like = {"like": request.getfixturevalue("filled")} if "world" in request.fixturenames else {}
    with new_database(server, **like) as url:
        yield url


@pytest.fixture
def world(template: tuple[Path, Secrets], tmp_path: Path, database: str | None) -> Iterator[World]:
    """A site of the test's own, on both databases."""
    with open_world(template[0], tmp_path / "site", template[1], database) as made:
        yield made


@pytest.fixture
def sqlite_world(template: tuple[Path, Secrets], tmp_path: Path) -> Iterator[World]:
    """A site of the test's own on SQLite, for what only files can show."""
    with open_world(template[0], tmp_path / "site", template[1], None) as made:
        yield made
