"""A table of every command and every kind of person: the vault does for each exactly what it says."""

import inspect
import pkgutil
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.postgres import new_database
from tests.vault.cast import KINDS, NOT_STANDING, ONLY_STANDING, STANDING, Person
from tests.vault.stage import Stage, photograph, prepare
from tests.vault.who_may import CASE, Command
from tests.vault.who_may_beside import ACCOUNT, ADMINISTRATION, CUSTODY, HOLDS
from tests.vault.who_may_held import KEPT
from tests.vault.who_may_legal import OF_LEGAL
from tests.vault.who_may_lists import ALL_CASES
from tests.vault.who_may_requests import REQUESTS
from tests.world import Secrets, open_world
from whistle import vault
from whistle.errors import NotThere, RuleRefused

TABLE = (
    *CASE, *ALL_CASES, *CUSTODY, *HOLDS, *OF_LEGAL, *KEPT, *ADMINISTRATION, *ACCOUNT, *REQUESTS,
)  # fmt: skip
BY_NAME = {command.name: command for command in TABLE}

ACTORS = {"person_id", "actor_id", "confirmer_id", "admin_id"}
"""What the vault calls who acts."""

HELPERS = {"desk.at_work", "news.has_news", "request_desk.at_work", "request_desk.verified", "search.looking"}
"""The guards, which whoever asks for a case or a search opens; and what the round of mails asks of itself."""

OF_ALL_CASES = {"custody_desk.waiting"}
"""A custodian's list, which asks for no case."""

SAMPLE = ("designated", "ended today", "retired")
"""The states that are tried on the second database."""


@dataclass(frozen=True)
class Ready:
    """A prepared site that lies still, to be copied, with what it is played with."""

    folder: Path
    secrets: Secrets
    m: SimpleNamespace
    people: list[Person]


@pytest.fixture(scope="module")
def ready(template: tuple[Path, Secrets], tmp_path_factory: pytest.TempPathFactory) -> Ready:
    """The site, made once."""
    folder = tmp_path_factory.mktemp("who") / "site"
    with open_world(template[0], folder, template[1], None) as world:
        made, people = prepare(world)
        made.at = world.clock.now()
        return Ready(folder, template[1], made, people)


@contextmanager
def on_stage(ready: Ready, folder: Path, database: str | None = None) -> Iterator[Stage]:
    """The site in a folder of its own, taken away afterwards."""
    with open_world(ready.folder, folder, ready.secrets, database) as world:
        yield Stage(world.program.store, ready.m.at, ready.m)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def shared(ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A site on which nothing is ever done: only those try who may not."""
    with on_stage(ready, tmp_path_factory.mktemp("shared") / "site") as stage:
        yield stage


def may(command: Command, person: Person) -> bool:
    """Whether the table lets this person."""
    stands = person.state != "retired" if command.account else person.state == STANDING
    return stands and person.kind in command.may


def outcome(command: Command, stage: Stage, person: Person) -> str:
    """In a word: `done`, `nothing`, or the refusal."""
    try:
        found = command.call(stage, person.id)
    except RuleRefused as refused:
        return refused.reason
    except Exception as error:  # noqa: BLE001 (whatever else it is, is named)
        return type(error).__name__ if type(error) is NotThere else f"{type(error).__name__}: {error}"
    return "done" if command.shows is None or command.shows(found) else "nothing"


def wanted(command: Command, person: Person) -> str:
    """What the table says."""
    if may(command, person):
        return "done"
    if person.state == STANDING and person.kind in command.told:
        return command.told[person.kind]
    return "NotThere" if command.shows is None else "nothing"


def differences(command: Command, stage: Stage, people: Iterable[Person]) -> dict[str, str]:
    """Where the vault and the table do not agree, of those who may not; and whether anything was stored."""
    before = photograph(stage.store)
    found = {person.name: outcome(command, stage, person) for person in people if not may(command, person)}
    wrong = {p.name: found[p.name] for p in people if p.name in found and found[p.name] != wanted(command, p)}
    after = photograph(stage.store)
    return wrong | {name: "stored" for name in before if before[name] != after[name]}


@pytest.mark.parametrize("name", BY_NAME)
def test_who_may_not_is_told_that_it_is_not_there_and_nothing_is_stored(
    ready: Ready, shared: Stage, name: str
) -> None:
    assert differences(BY_NAME[name], shared, ready.people) == {}


@pytest.mark.parametrize("name", BY_NAME)
def test_who_may_does(ready: Ready, tmp_path: Path, name: str) -> None:
    command = BY_NAME[name]
    who = [p for p in ready.people if may(command, p) and (p.state == STANDING or p.kind == "handler")]
    assert {p.kind for p in who} == set(command.may)
    wrong = {}
    for at, person in enumerate(who):
        with on_stage(ready, tmp_path / str(at)) as stage:
            wrong[person.name] = outcome(command, stage, person)
    assert set(wrong.values()) == {"done"}, wrong


@pytest.mark.parametrize("name", [one.name for one in (*CASE, *CUSTODY) if one.name not in OF_ALL_CASES])
def test_what_is_not_there_is_answered_as_what_is_not_theirs(ready: Ready, shared: Stage, name: str) -> None:
    command = BY_NAME[name]
    answers = {outcome(command, shared.nowhere(), p) for p in ready.people if p.state == STANDING}
    assert answers <= {"NotThere", "nothing"}


@pytest.mark.postgres
def test_the_table_holds_on_postgresql_too(ready: Ready, postgres_server: str | None, tmp_path: Path) -> None:
    if postgres_server is None:
        pytest.skip("no PostgreSQL on this machine")
    some = [p for p in ready.people if p.state in SAMPLE and "elsewhere" not in p.kind]
    with new_database(postgres_server) as url, on_stage(ready, tmp_path / "site", url) as stage:
        before = photograph(stage.store)
        wrong = {
            (name, person.name): found
            for name, command in BY_NAME.items()
            for person in some
            if not may(command, person)
            and (found := outcome(command, stage, person)) != wanted(command, person)
        }
        assert wrong == {}
        assert photograph(stage.store) == before


def commands() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every function of the vault, and every method of a class, by what takes its store or its snapshot."""
    for found in pkgutil.iter_modules(vault.__path__):
        module = import_module(f"whistle.vault.{found.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield f"{found.name}.{name}", function
        for _name, made in inspect.getmembers(module, inspect.isclass):
            if made.__module__ == module.__name__:
                for name, _method in inspect.getmembers(made, inspect.isfunction):
                    if not name.startswith("_"):
                        yield f"{found.name}.{name}", made


def test_no_command_is_missing_from_the_table() -> None:
    acting = {
        name
        for name, taker in commands()
        if list(inspect.signature(taker).parameters)[:1] == ["db" if inspect.isclass(taker) else "store"]
        and ACTORS & set(inspect.signature(taker).parameters)
    }
    assert acting - HELPERS == {command.function for command in TABLE}
    assert set(HELPERS) <= acting


def test_the_table_names_kinds_that_are_in_the_cast(ready: Ready) -> None:
    assert {(p.kind, p.state) for p in ready.people} == {
        (kind, state)
        for kind in KINDS
        for state in (STANDING, *NOT_STANDING)
        if state == STANDING or not any(word in kind for word in ONLY_STANDING)
    }
    assert len(TABLE) == len(BY_NAME)
    for command in TABLE:
        assert set(command.may) | set(command.told) <= set(KINDS)
