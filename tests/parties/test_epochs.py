"""Who leaves reads nothing of what comes, with no key they ever held; everybody else reads everything."""

from hashlib import sha256
from typing import Any

import pytest

from tests.vault.joining import joins, leaves
from tests.vault.tampering import case_of, change, findings, grant_row, put, renew, rows
from tests.world import World
from whistle.crypto.blobs import verify_blob
from whistle.crypto.grants import open_any, seal_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey
from whistle.crypto.records import open_json
from whistle.errors import NotAllowed, NotThere, RuleRefused, SealBroken, Tampered
from whistle.parties.desk_work import DeskWork
from whistle.parties.draft import Author, Draft
from whistle.parties.member import Member
from whistle.vault import desk, mailbox
from whistle.vault.facts import Addition, SealedGrant
from whistle.vault.tables import blobs, cases, grants, records

FILE = ("later.txt", b"It goes o")
FILE_SHA = sha256(FILE[1]).hexdigest()


def held_by(world: World, member: Member, number: str) -> list[CompartmentKey]:
    """Every key of a case that this person's grants open now: what somebody malicious would copy."""
    case = case_of(world, number)
    found = rows(world, grants, case_id=case["id"], holder_id=member.person_id)
    return [
        open_any(
            member.pair, row["sealed"], case_id=case["id"], compartment=Compartment(row["compartment"]),
            epoch=row["epoch"],
        )[0]
        for row in found
    ]  # fmt: skip


def opened_by(world: World, number: str, keys: list[CompartmentKey]) -> set[bytes]:
    """The ids of the records and files that these keys open, tried one by one on every row there is."""
    case, opened = case_of(world, number), set()
    contents = [None, *(key for key in keys if key.compartment == Compartment.CONTENT)]
    for key in keys:
        for mixed in contents:
            for row in rows(world, records, case_id=case["id"]):
                try:
                    open_json(key, row["sealed"], object_id=row["object_id"], mixed_with=mixed)
                except (SealBroken, ValueError):
                    continue
                opened.add(row["object_id"])
            for row in rows(world, blobs, case_id=case["id"]):
                sealed = world.program.store.blobs.read(row["object_id"])
                try:
                    verify_blob(key, sealed, object_id=row["object_id"], size=len(FILE[1]), sha256=FILE_SHA,
                                mixed_with=mixed)  # fmt: skip
                except (SealBroken, ValueError):
                    continue
                opened.add(row["object_id"])
    return opened


def everything(world: World, number: str) -> set[bytes]:
    case_id = case_of(world, number)["id"]
    return {row["object_id"] for table in (records, blobs) for row in rows(world, table, case_id=case_id)}


def write(world: World, secret: bytes, text: str, *files: tuple[str, bytes]) -> None:
    reporter = world.program.reporter
    sending = reporter.writing(secret)
    for name, data in files:
        sink = sending.open_file(name, "text/plain")
        sink.write(data)
        sink.finish()
    reporter.message(secret, sending, text)


def begun(world: World) -> tuple[str, bytes]:
    """A case with a note, opened by two handlers; a third is there, so that the channel stays open."""
    joins(world, "Hilda")
    receipt = world.send("The first words.", identity_name="Eva")
    secret = world.enter(receipt)
    world.program.handler.note(world.member("Hanna"), receipt.number, "The first note.")
    for name in ("Hanna", "Hugo"):
        world.program.handler.case(world.member(name), receipt.number)
    return receipt.number, secret


def texts(world: World, name: str, number: str) -> list[str]:
    case = world.program.handler.case(world.member(name), number)
    return [entry.text for entry in (*case.entries, *case.notes) if entry.text]


def test_no_key_of_a_handler_who_left_opens_what_comes_and_the_others_read_all(world: World) -> None:
    number, secret = begun(world)
    hanna = world.member("Hanna")
    kept = held_by(world, hanna, number)
    before = everything(world, number)
    assert opened_by(world, number, kept) < before
    leaves(world, "Hanna")
    write(world, secret, "The second words.", FILE)
    world.program.handler.note(world.member("Hugo"), number, "The second note.")
    world.program.reporter.identify(secret, "Eva Ek", "")
    came = everything(world, number) - before
    assert len(came) >= 6
    # The announcements of the new keys are under the old ones; nothing else that came is.
    told = opened_by(world, number, kept) & came
    kinds = {row["object_id"]: row["epoch"] for row in rows(world, records)}
    assert {kinds[one] for one in told} == {1}
    assert len(told) == 2
    assert held_by(world, hanna, number) == []
    for name in ("Hugo", "Hilda"):
        assert texts(world, name, number) == [
            "The first words.", "The second words.", "The first note.", "The second note."
        ]  # fmt: skip
    entries = world.program.reporter.open(secret).entries
    assert [entry.text for entry in entries if entry.text] == ["The first words.", "The second words."]
    assert findings(world) == []


@pytest.mark.parametrize("writer", ["handler", "reporter"])
def test_three_who_leave_in_a_row_raise_one_epoch_or_three_and_nothing_is_lost(
    sqlite_world: World, writer: str
) -> None:
    world = sqlite_world
    for name in ("Hedda", "Heidi"):
        joins(world, name)
    number, secret = begun(world)
    for at, name in enumerate(("Hanna", "Hedda", "Heidi")):
        leaves(world, name)
        if writer == "handler":
            world.program.handler.message(world.member("Hugo"), number, f"Words {at}.")
        else:
            write(world, secret, f"Words {at}.")
    case = case_of(world, number)
    assert case["epoch_content"] == 4
    joins(world, "Helga")
    world.program.circle.grant(world.member("Hugo"), number, world.member("Helga").person_id.hex())
    wanted = ["The first words.", "Words 0.", "Words 1.", "Words 2.", "The first note."]
    for name in ("Hugo", "Hilda", "Helga"):
        assert texts(world, name, number) == wanted
        assert texts(world, name, number) == wanted  # also with the grants they made their own
    assert [e.text for e in world.program.reporter.open(secret).entries if e.text] == wanted[:-1]
    assert findings(world) == []


def test_three_who_leave_before_anybody_writes_raise_one_epoch(sqlite_world: World) -> None:
    world = sqlite_world
    joins(world, "Hedda")
    number, secret = begun(world)
    for name in ("Hanna", "Hedda"):
        leaves(world, name)
    assert case_of(world, number)["epoch_content"] == 2
    write(world, secret, "Still here.")
    assert texts(world, "Hugo", number) == ["The first words.", "Still here.", "The first note."]


def test_an_upload_under_way_while_a_handler_leaves_arrives_under_the_new_key(world: World) -> None:
    number, secret = begun(world)
    kept = held_by(world, world.member("Hanna"), number)
    reporter = world.program.reporter
    sending = reporter.writing(secret)
    sink = sending.open_file(FILE[0], "text/plain")
    sink.write(FILE[1])
    leaves(world, "Hanna")
    sink.finish()
    reporter.message(secret, sending, "With a file.")
    (blob,) = rows(world, blobs)
    assert blob["object_id"] not in opened_by(world, number, kept)
    (file,) = world.program.handler.case(world.member("Hugo"), number).files
    read = world.program.handler.file(world.member("Hugo"), number, file.id)
    assert b"".join(read.chunks()) == FILE[1]
    assert findings(world) == []


def test_a_forged_announcement_grants_nothing_and_a_forged_key_is_not_believed(sqlite_world: World) -> None:
    world = sqlite_world
    number, _secret = begun(world)
    hugo, case = world.member("Hugo"), case_of(world, number)
    invented = CompartmentKey.new(case["id"], Compartment.CONTENT, 2)
    put(world, grants, [grant_row(hugo.person_id, hugo.pair.public_key, invented)])
    with pytest.raises(Tampered):  # the inventory sees the row
        world.program.handler.case(hugo, number)
    renew(world, case["id"])  # and whoever has keys/ as well still puts no key of theirs under the case
    assert texts(world, "Hugo", number) == ["The first words.", "The first note."]
    change(world, cases, {"id": case["id"]}, epoch_content=2)
    with pytest.raises((NotAllowed, RuleRefused, SealBroken, Tampered)):
        world.program.handler.message(hugo, number, "Under a key of theirs?")
    assert all(row["epoch"] == 1 for row in rows(world, records))


def test_a_new_key_goes_to_those_who_held_the_one_before_and_to_nobody_else(sqlite_world: World) -> None:
    world = sqlite_world
    number, _secret = begun(world)
    hilda, hugo, store = world.member("Hilda"), world.member("Hugo"), world.program.store
    carl, case = world.member("Carl"), case_of(world, number)
    with pytest.raises(RuleRefused):  # none is due
        desk.add(
            store,
            hugo.person_id,
            number,
            _raising(world, hugo, number, ()),
            world.clock.now(),
            step=desk.NOTE,
        )
    leaves(world, "Hanna")
    for extra in ((carl,), (world.member("Lisa"),)):
        with pytest.raises(RuleRefused, match="nobody else"):
            desk.add(
                store,
                hugo.person_id,
                number,
                _raising(world, hugo, number, extra),
                world.clock.now(),
                step=desk.NOTE,
            )
    lacking = _raising(world, hugo, number, (), without=hilda)
    with pytest.raises(RuleRefused, match="nobody else"):  # and to all of them: nobody is left out
        desk.add(store, hugo.person_id, number, lacking, world.clock.now(), step=desk.NOTE)
    assert {row["epoch"] for row in rows(world, grants, case_id=case["id"])} == {1}


@pytest.mark.parametrize("other", ["retired", "let in"])
def test_nothing_is_lost_when_the_circle_changes_in_the_moment_in_which_a_new_key_goes_round(
    world: World, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    number, secret = begun(world)
    reporter, hugo, add = world.program.reporter, world.member("Hugo"), mailbox.add
    helga = joins(world, "Helga")
    leaves(world, "Hanna")

    def meanwhile(*given: Any, **more: Any) -> None:
        monkeypatch.undo()
        if other == "retired":
            leaves(world, "Hilda")
        else:
            world.program.circle.grant(hugo, number, helga.person_id.hex())
        add(*given, **more)

    monkeypatch.setattr(mailbox, "add", meanwhile)
    reporter.message(secret, reporter.writing(secret), "Under a new key.")
    assert "Under a new key." in texts(world, "Hugo" if other == "retired" else "Helga", number)
    assert findings(world) == []


def _raising(
    world: World, member: Member, number: str, extra: tuple[Member, ...], without: Member | None = None
) -> Addition:
    store = world.program.store
    file = DeskWork(store, world.clock.now).file(member, number)
    draft = Draft(store, file, Author.staff(member), world.clock.now())
    draft.shut_out([] if without is None else [without.person_id])
    draft.record(Compartment.CONTENT, "message", text="Hello.")
    made = draft.addition()
    key = file.key(Compartment.CONTENT)
    more = [SealedGrant(one.person_id, seal_grant(one.pair.public_key, key)) for one in extra]
    return Addition((*made.grants, *more), made.records)


def test_a_custodian_who_left_holds_no_key_of_what_the_reporter_adds_of_themselves(world: World) -> None:
    joins(world, "Cilla", "custodian")
    number, secret = begun(world)
    carl = world.member("Carl")
    kept = held_by(world, carl, number)
    contents = [
        k for k in held_by(world, world.member("Hugo"), number) if k.compartment == Compartment.CONTENT
    ]
    leaves(world, "Carl")
    assert world.program.handler.case(world.member("Hugo"), number).circle.new_keys_due
    before = everything(world, number)
    world.program.reporter.identify(secret, "Eva Ek", "eva@example.org")
    assert not world.program.handler.case(world.member("Hugo"), number).circle.new_keys_due
    came = {row["object_id"] for row in rows(world, records, compartment=int(Compartment.IDENTITY))} - before
    # Even together with a handler's content key, the old identity key opens the announcement alone.
    told = opened_by(world, number, [*kept, *contents]) & came
    assert len(came) == 2
    assert len(told) == 1
    cilla = held_by(world, world.member("Cilla"), number)
    assert opened_by(world, number, [*cilla, *contents]) >= came
    assert findings(world) == []


def test_notes_whose_readers_have_all_left_keep_their_epoch_to_themselves(world: World) -> None:
    number, secret = begun(world)
    for name in ("Hanna", "Hugo", "Hilda"):
        leaves(world, name)
    assert world.program.reporter.open(secret).nobody_reads is False  # the deputy was let in by this visit
    disa = world.member("Disa")
    world.program.handler.note(disa, number, "A new beginning.")
    assert texts(world, "Disa", number) == ["The first words.", "A new beginning."]
    assert {row["epoch"] for row in rows(world, records, compartment=int(Compartment.INTERNAL))} == {1, 2}
    assert findings(world) == []


def test_what_was_withdrawn_while_a_case_was_open_on_a_screen_is_refused(world: World) -> None:
    number, _secret = begun(world)
    hilda = world.member("Hilda")
    store, now = world.program.store, world.clock.now()
    case = desk.open_case(store, hilda.person_id, number, now)
    leaves(world, "Hilda")
    own = SealedGrant(hilda.person_id, case.grants[0].sealed)
    for mine in ([own], []):
        with pytest.raises(NotThere):
            desk.mark_read(store, hilda.person_id, case.status.id, mine, now)
    assert held_by(world, hilda, number) == []
