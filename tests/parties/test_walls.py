"""What a key opens is decided by mathematics: every grant in the database is tried with everybody's seed."""

import io
import zipfile
from collections.abc import Iterable

import pytest
from sqlalchemy import select

from tests.world import NO, World
from whistle.crypto.codes import CaseKey
from whistle.crypto.grants import open_any
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.crypto.records import open_json
from whistle.errors import SealBroken
from whistle.parties.reporter import FormRefused
from whistle.vault.tables import cases, grants, records

NAME, CONTACT, NOTE = "Eva Lindqvist-Marker", "eva.marker@mail.example", "note-marker-for-handlers"
CONTENT, IDENTITY, INTERNAL = Compartment.CONTENT, Compartment.IDENTITY, Compartment.INTERNAL


def keys_of(world: World, pair: KeyPair) -> dict[Compartment, CompartmentKey]:
    """Every compartment key that a seed opens among all the grants there are, whoever they name."""
    found = {}
    with world.program.store.reading() as db:
        for row in db.execute(select(grants)).all():
            place = {
                "case_id": bytes(row.case_id),
                "compartment": Compartment(row.compartment),
                "epoch": row.epoch,
            }
            try:
                found[Compartment(row.compartment)], _own = open_any(pair, bytes(row.sealed), **place)
            except SealBroken:
                continue
    return found


def opened(world: World, *holders: dict[Compartment, CompartmentKey]) -> set[Compartment]:
    """The compartments of which these people's keys together open at least one record, in any combination."""
    keys = [key for held in holders for key in held.values()]
    with world.program.store.reading() as db:
        rows = db.execute(select(records)).all()
    return {
        Compartment(row.compartment)
        for row in rows
        if any(
            _opens(key, bytes(row.sealed), bytes(row.object_id), mixed)
            for key in keys
            for mixed in (None, *keys)
        )
    }


def _opens(key: CompartmentKey, sealed: bytes, object_id: bytes, mixed: CompartmentKey | None) -> bool:
    try:
        open_json(key, sealed, object_id=object_id, mixed_with=mixed)
    except SealBroken:
        return False
    return True


def seeds(world: World, *names: str) -> list[dict[Compartment, CompartmentKey]]:
    return [keys_of(world, KeyPair.from_seed(world.secrets.seeds[name])) for name in names]


def sizes(world: World, compartment: Compartment) -> list[int]:
    with world.program.store.reading() as db:
        query = select(records.c.sealed).where(records.c.compartment == int(compartment))
        return [len(sealed) for sealed in db.execute(query).scalars()]


def everything(chunks: Iterable[bytes]) -> bytes:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(chunks)))
    return b"".join(name.encode() + archive.read(name) for name in archive.namelist())


def test_identity_takes_two_people_and_nobody_else_opens_anything(world: World) -> None:
    receipt = world.send(identity_name=NAME, identity_contact=CONTACT)
    secret = world.enter(receipt)
    world.program.handler.note(world.member("Hanna"), receipt.number, NOTE)

    alone = {name: opened(world, held) for name in world.secrets.seeds for held in seeds(world, name)}
    assert alone.pop("Hanna") == alone.pop("Hugo") == {CONTENT, INTERNAL}
    assert {"Adam", "Bea", "Nora", "Carl", "Lisa", "Leo", "Olle", "Alma", "Disa"} <= set(alone)
    assert not any(alone.values())

    # The custodian has the other half, and only that.
    (carl,) = seeds(world, "Carl")
    assert set(carl) == {IDENTITY}
    assert opened(world, carl, *seeds(world, "Hanna")) == {CONTENT, IDENTITY, INTERNAL}
    rest = set(world.secrets.seeds) - {"Hanna", "Hugo"}
    assert opened(world, *seeds(world, *rest)) == set()

    # The reporter opens their own, and has no part in the notes.
    reporter = keys_of(world, KeyPair.from_seed(CaseKey(secret).reporter_seed))
    assert set(reporter) == {CONTENT, IDENTITY}
    assert opened(world, reporter) == {CONTENT, IDENTITY}


def test_where_nobody_keeps_identities_the_desk_still_does_not_hand_them_out(world: World) -> None:
    receipt = world.send(company=NO, identity_name=NAME)
    case = world.program.handler.case(world.member("Nora"), receipt.number)
    assert case.identity_given
    assert not case.has_custodian
    assert NAME not in repr(case)
    # Her own key could: the site says so openly (FORMAT.md).
    assert opened(world, *seeds(world, "Nora")) == {CONTENT, IDENTITY}
    assert opened(world, *seeds(world, "Hanna", "Carl")) == set()


def test_what_handlers_note_never_reaches_the_reporter(sqlite_world: World) -> None:
    world = sqlite_world
    receipt = world.send(files=[("a.txt", b"x" * 100)])
    secret = world.enter(receipt)
    handler, hanna, hugo = world.program.handler, world.member("Hanna"), world.member("Hugo")
    handler.note(hanna, receipt.number, NOTE)
    handler.note(hugo, receipt.number, NOTE + " of Hugo")
    handler.message(hanna, receipt.number, "A message for the reporter.")
    mailbox = world.program.reporter.open(secret)
    assert NOTE not in repr(mailbox)
    assert mailbox.new_entries == 1
    told = everything(world.program.reporter.everything(secret))
    assert b"A message for the reporter." in told
    assert NOTE.encode() not in told
    assert [note.text for note in handler.case(hanna, receipt.number).notes] == [NOTE, NOTE + " of Hugo"]
    assert NOTE not in repr(handler.cases(hanna))


def test_a_name_can_be_given_later_and_is_never_shown_back(world: World) -> None:
    receipt = world.send()
    secret, reporter, hanna = world.enter(receipt), world.program.reporter, world.member("Hanna")
    assert reporter.open(secret).identity_given_on is None
    assert not world.program.handler.case(hanna, receipt.number).identity_given
    world.later(3)

    reporter.identify(secret, NAME, CONTACT)
    world.later(1)
    reporter.identify(secret, "", "another.marker@mail.example")
    reporter.identify(secret, "  ", "a contact is enough")

    mailbox = reporter.open(secret)
    assert mailbox.identity_given_on is not None
    assert mailbox.identity_given_on.isoformat() == "2026-03-06"
    assert [entry.kind for entry in mailbox.entries] == ["report"] + ["identity_given"] * 3
    case = world.program.handler.case(hanna, receipt.number)
    assert case.identity_given
    for shown in (
        repr(mailbox),
        repr(case),
        everything(reporter.everything(secret)).decode("utf-8", "replace"),
    ):
        assert "arker" not in shown

    # Custodian and handler together read what was said, in order.
    (carl, hers) = seeds(world, "Carl", "Hanna")
    with world.program.store.reading() as db:
        rows = db.execute(
            select(records).where(records.c.compartment == int(IDENTITY)).order_by(records.c.n)
        ).all()
    said = [
        open_json(carl[IDENTITY], bytes(r.sealed), object_id=bytes(r.object_id), mixed_with=hers[CONTENT])
        for r in rows
    ]
    assert [(s["n"], s["name"], s["contact"]) for s in said] == [
        (1, "", ""), (2, NAME, CONTACT), (3, "", "another.marker@mail.example"),
        (4, "", "a contact is enough"),
    ]  # fmt: skip


def test_saying_nothing_is_no_identity(sqlite_world: World) -> None:
    secret = sqlite_world.enter(sqlite_world.send())
    for name, contact in (("", ""), (" ", "\n"), ("x" * 1001, ""), ("Eva", "\0"), ("\ud800", "")):
        with pytest.raises(FormRefused):
            sqlite_world.program.reporter.identify(secret, name, contact)
    assert len(sizes(sqlite_world, IDENTITY)) == 1


def test_whether_a_name_was_given_and_how_much_was_written_does_not_show_in_any_size(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    world.send("Short.")
    world.send("A longer text about the invoices. " * 60, meeting="Yes, at the library.")
    world.send("Short.", identity_name=NAME, identity_contact=CONTACT)
    world.send("Short.", identity_name="n" * 1000, identity_contact="c" * 1000)
    assert len(sizes(world, IDENTITY)) == 4
    assert len(set(sizes(world, IDENTITY))) == 1
    assert len(set(sizes(world, CONTENT))) == 1

    # The rows besides the sealed bytes are the same too, but for what is random.
    with world.program.store.reading() as db:
        random = {"id", "number", "locator_hash", "reporter_key", "inventory_mac", "meeting_wanted"}
        random |= {"excluded"}
        rows = [dict(row._mapping) for row in db.execute(select(cases))]
    plain = [{name: value for name, value in row.items() if name not in random} for row in rows]
    assert all(
        row | {"next_kind": "", "next_on": ""} == plain[0] | {"next_kind": "", "next_on": ""} for row in plain
    )
