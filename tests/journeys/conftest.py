"""Servers and sites of the journeys: one server for each kind of database stands for the whole run."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.journeys.server import Server, Site, make_site, serving
from tests.postgres import new_database
from tests.world import Secrets

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


def _database(request: pytest.FixtureRequest, held: ExitStack) -> str | None:
    if request.param == "sqlite":
        return None
    server = request.getfixturevalue("postgres_server")
    if server is None:
        pytest.skip("no PostgreSQL on this machine")
    return held.enter_context(new_database(server))


@pytest.fixture(scope="session", params=KINDS)
def standing(
    request: pytest.FixtureRequest,
    template: tuple[Path, Secrets],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    """A server that many tests visit, on each database; none of them stops it or counts its cases."""
    with ExitStack() as held:
        site = make_site(template, tmp_path_factory.mktemp("standing"), _database(request, held))
        yield held.enter_context(serving(site))


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest, template: tuple[Path, Secrets], tmp_path: Path) -> Iterator[Site]:
    """A site of the test's own, on each database, that nobody serves yet."""
    with ExitStack() as held:
        yield make_site(template, tmp_path / "site", _database(request, held))


@pytest.fixture
def sqlite_site(template: tuple[Path, Secrets], tmp_path: Path) -> Site:
    """A site of the test's own on SQLite, for what only files and processes can show."""
    return make_site(template, tmp_path / "site")
