"""From 00:00 of a case's last day no command of the vault opens it or changes it, held or not."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from tests.postgres import new_database
from tests.vault.cast import STANDING
from tests.vault.stage import Stage, photograph
from tests.vault.test_who_may import Ready, on_stage, outcome
from tests.vault.test_who_may import ready as ready  # noqa: PLC0414 (a fixture)
from tests.vault.who_may import CASE, Command
from tests.vault.who_may_beside import CUSTODY
from tests.vault.who_may_lists import ALL_CASES
from whistle.vault.facts import StoredBlob, StoredGrant, StoredRecord
from whistle.vault.identity_requests import StoredRequest
from whistle.vault.tables import cases, holds, readers

BESIDE = {"statistics.publish"}
"""What opens and changes no case: the figures of a quarter."""

TABLE: tuple[Command, ...] = tuple(one for one in (*CASE, *ALL_CASES, *CUSTODY) if one.name not in BESIDE)

SHUT = {"past_day", "NotThere", "nothing"}
"""What a command answers once the day has come; anything else it may answer must hold nothing sealed."""

SEALED = (StoredGrant, StoredRecord, StoredBlob, StoredRequest)


@contextmanager
def past(site: Ready, folder: Path, database: str | None, *, held: bool) -> Iterator[Stage]:
    """The site on the day on which every case is due: held is what legal held, or nothing is."""
    with on_stage(site, folder, database) as stage:
        today = stage.today
        days = {"closed_on": today - timedelta(days=731), "purge_on": today, "next_on": today}
        with stage.store.writing() as work:
            work.db.execute(update(cases).values(state="closed", **days))
            work.db.execute(update(readers).values(open=False, due_on=today))
            one = work.db.execute(select(holds)).first()
            work.db.execute(delete(holds))
            assert one is not None
            for case_id in work.db.execute(select(cases.c.id)).scalars().all() if held else ():
                new = {**one._mapping, "id": secrets.token_bytes(16), "case_id": case_id}
                work.db.execute(insert(holds).values(**new))
        yield stage


def sealed_in(found: Any) -> bool:
    """Whether anything sealed lies in what a command handed out."""
    if isinstance(found, SEALED):
        return True
    if isinstance(found, tuple | list | set | frozenset):
        return any(sealed_in(one) for one in found)
    if is_dataclass(found) and not isinstance(found, type):
        return any(sealed_in(getattr(found, one.name)) for one in fields(found))
    return False


def answers(command: Command, stage: Stage, who: bytes) -> str:
    """The refusal in a word; `shown` when the command handed out what is not sealed, `open` when it is."""
    handed: list[Any] = []

    def call(at: Stage, person: bytes) -> Any:
        found = command.call(at, person)
        handed.append(found)
        return found

    said = outcome(replace(command, call=call), stage, _Person(who))  # type: ignore[arg-type]
    if said != "done":
        return said
    return "open" if any(sealed_in(found) for found in handed) else "shown"


class _Person:
    def __init__(self, person_id: bytes) -> None:
        self.id = person_id


def wrong(site: Ready, stage: Stage) -> dict[tuple[str, str], str]:
    """Every command that opened or changed something, by who called it."""
    before = photograph(stage.store)
    found = {
        (command.name, person.kind): said
        for command in TABLE
        for person in site.people
        if person.state == STANDING and person.kind in command.may
        if (said := answers(command, stage, person.id)) not in SHUT | {"shown"}
    }
    return found | ({} if photograph(stage.store) == before else {("everything", ""): "changed"})


@pytest.mark.parametrize("held", [True, False])
def test_no_command_opens_or_changes_a_case_whose_day_has_come(
    ready: Ready,
    tmp_path: Path,
    held: bool,  # noqa: FBT001 (pytest's own way)
) -> None:
    with past(ready, tmp_path / "site", None, held=held) as stage:
        assert wrong(ready, stage) == {}


@pytest.mark.postgres
def test_nor_on_postgresql(ready: Ready, postgres_server: str | None, tmp_path: Path) -> None:
    if postgres_server is None:
        pytest.skip("no PostgreSQL on this machine")
    with new_database(postgres_server) as url, past(ready, tmp_path / "site", url, held=True) as stage:
        assert wrong(ready, stage) == {}
