"""After an erasure no byte of what was sealed is left in any file of the site; a killed one is finished."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cleaning import samples
from tests.found import files_below
from tests.vault.tampering import case_of
from tests.world import World
from whistle import app
from whistle.crypto.header import Compartment, Header, Kind
from whistle.errors import NotAllowed, RuleRefused
from whistle.parties.redactions import EraseForm
from whistle.vault import check, redactions, scrubbing, sites
from whistle.vault.redactions import Cut, Replacement
from whistle.vault.tables import blobs, records

WINDOW = 32
TEXT = "She paid. Her son Olle is in hospital. " + "More of it. " * 900


def sealed_parts(world: World, number: str) -> set[bytes]:
    """Windows of the report's record and of every blob, as they are stored now."""
    case = case_of(world, number)
    with world.program.store.reading() as db:
        place = (records.c.case_id == case["id"]) & (records.c.compartment == 1) & (records.c.n == 1)
        pieces = [bytes(db.execute(select(records.c.sealed).where(place)).scalar_one())]
        ids = db.execute(select(blobs.c.object_id).where(blobs.c.case_id == case["id"])).scalars().all()
    pieces += [b"".join(world.program.store.blobs.read(bytes(one))) for one in ids]
    return {piece[at : at + WINDOW] for piece in pieces for at in range(64, len(piece) - WINDOW, WINDOW)}


def left(world: World, windows: set[bytes]) -> int:
    """How many of the windows stand at any place in any file of the site."""
    found = 0
    for path in files_below(world.settings.data):
        data = path.read_bytes()
        found += sum(data[at : at + WINDOW] in windows for at in range(len(data) - WINDOW + 1))
    return found


def erase(world: World, number: str, **form: str) -> bool:
    wanted = EraseForm(**({"entry": "content-1", "ground": "sensitive"} | form))
    return world.program.redactions.erase(world.member("Hanna"), number, wanted)


def test_the_old_record_is_gone_from_every_file(sqlite_world: World) -> None:
    receipt = sqlite_world.send(TEXT)
    windows = sealed_parts(sqlite_world, receipt.number)
    assert left(sqlite_world, windows) > 0.9 * len(windows), "the search sees what is there"

    assert erase(sqlite_world, receipt.number, passage="Her son Olle is in hospital.")

    assert left(sqlite_world, windows) == 0
    assert "Erased" in sqlite_world.program.handler.case(
        sqlite_world.member("Hanna"), receipt.number
    ).entries[0].text  # fmt: skip


def test_copy_and_original_are_gone_from_every_file(sqlite_world: World) -> None:
    world = sqlite_world
    receipt = world.send(TEXT, files=[("a.jpg", samples.jpeg())])
    windows = sealed_parts(world, receipt.number)
    file_id = world.program.handler.case(world.member("Hanna"), receipt.number).files[0].id
    assert not erase(world, receipt.number, file=file_id)
    hugo = world.member("Hugo")
    (asked,) = world.program.handler.case(hugo, receipt.number).erasures
    assert left(world, windows) > 0.9 * len(windows)
    world.program.redactions.confirm(hugo, receipt.number, asked.id)
    assert left(world, windows) == 0
    assert list(world.program.store.blobs.ids()) == []


def test_an_erasure_that_is_killed_after_the_commit_is_finished_by_the_next_start(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sqlite_world
    receipt = world.send(TEXT, files=[("a.jpg", samples.jpeg())])
    windows = sealed_parts(world, receipt.number)
    hanna, hugo = world.member("Hanna"), world.member("Hugo")
    file_id = world.program.handler.case(hanna, receipt.number).files[0].id
    erase(world, receipt.number, file=file_id)
    (asked,) = world.program.handler.case(hugo, receipt.number).erasures

    def dies(_store: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(redactions, "_leave_nothing", dies)
        with pytest.raises(KeyboardInterrupt):
            world.program.redactions.confirm(hugo, receipt.number, asked.id)

    assert left(world, windows) > 0
    assert sites.value(world.program.store, scrubbing.KEY).startswith(scrubbing.DUE)
    app.recover(world.program.store)
    assert scrubbing.scrub(world.program.store)
    assert left(world, windows) == 0
    assert {one.kind for one in check.run(world.program.store, world.clock.now())} <= {"handlers"}


def replacement(world: World, number: str) -> tuple[Cut, Replacement]:
    """What Hanna would hand the vault."""
    party, hanna = world.program.redactions, world.member("Hanna")
    file = party._desk.standing_file(hanna, number)
    stored = file.case.records[0]
    cut = Cut(int(Compartment.CONTENT), 1, 0, 8, "sensitive")
    return cut, party._replacement(file, stored, file.records(Compartment.CONTENT)[0], cut)


def other(sealed: bytes, **change: object) -> bytes:
    """The same bytes under a header that says something else."""
    header = Header.parse(sealed)
    fields = {name: getattr(header, name) for name in Header.__slots__} | change
    return Header(**fields).pack() + sealed[64:]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"case_id": bytes(16)}, {"compartment": 3}, {"epoch": 2}, {"key_id": bytes(16)}, {"kind": Kind.BLOB},
    ],
    ids=lambda change: str(*change),
)  # fmt: skip
def test_only_a_record_like_the_old_one_takes_its_place(
    sqlite_world: World, change: dict[str, object]
) -> None:
    world = sqlite_world
    receipt = world.send(TEXT)
    cut, new = replacement(world, receipt.number)
    forged = Replacement(new.old_id, other(new.sealed, **change))
    hanna, now = world.member("Hanna").person_id, world.clock.now()
    with pytest.raises(NotAllowed):
        redactions.redact(world.program.store, hanna, receipt.number, cut, forged, now)
    longer = Replacement(new.old_id, new.sealed + bytes(2 * redactions.ROOM))
    with pytest.raises(NotAllowed):
        redactions.redact(world.program.store, hanna, receipt.number, cut, longer, now)
    stale = Replacement(bytes(16), new.sealed)
    with pytest.raises(RuleRefused, match="same moment"):
        redactions.redact(world.program.store, hanna, receipt.number, cut, stale, now)


def test_a_place_that_is_not_a_handlers_is_refused(sqlite_world: World) -> None:
    world = sqlite_world
    receipt = world.send(TEXT, files=[("a.txt", b"words")])
    _cut, new = replacement(world, receipt.number)
    hanna, now, store = world.member("Hanna").person_id, world.clock.now(), world.program.store
    for cut in (
        Cut(int(Compartment.IDENTITY), 1, 0, 8, "sensitive"),
        Cut(int(Compartment.CONTENT), 1, -1, 8, "sensitive"),
        Cut(int(Compartment.CONTENT), 1, 0, 0, "sensitive"),
    ):
        with pytest.raises(NotAllowed):
            redactions.redact(store, hanna, receipt.number, cut, new, now)
    # Files that nobody asked to erase do not go along with a passage.
    blob = next(iter(store.blobs.ids()))
    extra = Replacement(new.old_id, new.sealed, (blob,))
    with pytest.raises(NotAllowed):
        redactions.redact(store, hanna, receipt.number, _cut, extra, now)
    assert list(store.blobs.ids()) == [blob]
    assert world.clock.now() - now == timedelta(0)
