"""Servers and sites of the journeys: one server for each kind of database stands for the whole run."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from tests.journeys.server import Server, Site, make_site, serving
from tests.postgres import new_database
from tests.world import Secrets, World, open_world
from whistle import app

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


def _database(request: pytest.FixtureRequest, held: ExitStack) -> str | None:
    if request.param == "sqlite":
        return None
    server = request.getfixturevalue("postgres_server")
    if server is None:
        pytest.skip("no PostgreSQL on this machine")
    return held.enter_context(new_database(server, request.getfixturevalue("filled")))


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


@pytest.fixture(scope="module")
def shared(template: tuple[Path, Secrets], tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A site in this process that the tests of one file share, because they leave it as it was."""
    with open_world(template[0], tmp_path_factory.mktemp("shared"), template[1], None) as made:
        yield made


@pytest.fixture(scope="module")
def doors(shared: World) -> Flask:
    """All doors of the shared site."""
    return app.make_app(shared.program, "all")
