"""Who may do what with a case is this table; everybody else is told that there is nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from tests.parties.apart import outcome
from tests.parties.newcomers import newcomer
from tests.world import SE, World
from whistle.crypto.keys import KeyPair
from whistle.errors import NotThere, WhistleError
from whistle.parties.member import Member
from whistle.vault import people
from whistle.vault.tables import grants, readers

Act = Callable[[World, Member, "Scene"], Any]

HANDLER, LEGAL = frozenset({"Hanna"}), frozenset({"Lisa", "Leo"})
ADMINISTRATORS, AUDITORS = frozenset({"Adam", "Bea"}), frozenset({"Alma"})

EVERYBODY = ("Hanna", "Hugo", "Nora", "Ulla", "Carl", "Lisa", "Leo", "Olle", "Adam", "Bea", "Alma")
"""Hugo was a handler of the case and is retired; Nora handles another company's; Ulla's key waits."""


@dataclass
class Scene:
    """A case with a file and a hold, and one whose closing can be undone."""

    number: str
    file_id: str
    hold: str
    closed: str


WHO_MAY: dict[str, tuple[frozenset[str], Act]] = {
    # In this order Hanna can do every one of them.
    "handler.case": (HANDLER, lambda w, m, s: w.program.handler.case(m, s.number)),
    "handler.file": (HANDLER, lambda w, m, s: w.program.handler.file(m, s.number, s.file_id)),
    "handler.acknowledge": (HANDLER, lambda w, m, s: w.program.handler.acknowledge(m, s.number, "Received.")),
    "handler.message": (HANDLER, lambda w, m, s: w.program.handler.message(m, s.number, "When was it?")),
    "handler.feedback": (HANDLER, lambda w, m, s: w.program.handler.feedback(m, s.number, "We looked.")),
    "handler.note": (HANDLER, lambda w, m, s: w.program.handler.note(m, s.number, "Ask the auditor.")),
    "handler.close": (HANDLER, lambda w, m, s: w.close(m, s.number, "Done.")),
    "handler.reopen": (HANDLER, lambda w, m, s: w.program.handler.reopen(m, s.closed, "New facts.")),
    "handler.confirm_reopen": (HANDLER, lambda w, m, s: w.program.handler.confirm_reopen(m, s.closed)),
    "legal.desk": (LEGAL, lambda w, m, _: w.program.legal.desk(m)),
    "legal.case": (LEGAL, lambda w, m, s: w.program.legal.case(m, s.number)),
    "legal.place": (
        LEGAL, lambda w, m, s: w.program.legal.place(m, s.number, "court_ruling", "T 2-26", "", "2026-09-01"),
    ),
    "legal.release": (LEGAL, lambda w, m, s: w.program.legal.release(m, s.hold, "It is decided.")),
    "legal.confirm_release": (LEGAL, lambda w, m, s: w.program.legal.confirm_release(m, s.hold)),
    "keys.people": (ADMINISTRATORS, lambda w, m, _: w.program.keys.people(m)),
    "keys.ledger": (AUDITORS, lambda w, m, _: w.program.keys.ledger(m, None)),
}  # fmt: skip


def scene(world: World) -> Scene:
    newcomer(world, "Ulla", [("handler", SE)])
    receipt = world.send(files=[("a.txt", b"figures" * 900)])
    secret = world.enter(receipt)
    other, _secret = world.closed()
    file_id = world.program.reporter.open(secret).files[0].id
    hold = world.program.legal.place(
        world.member("Lisa"), receipt.number, "court_ruling", "T 1-26", "", "2026-08-01"
    )
    return Scene(receipt.number, file_id, hold, other.number)


def test_every_other_person_is_told_that_there_is_nothing(world: World) -> None:
    standing = scene(world)
    # Each as they were signed in before: Hugo's session still says what it said then.
    members = {name: world.member(name) for name in EVERYBODY}
    members["Nobody"] = Member(
        bytes(16), "Nobody", (("handler", SE), ("legal", SE)), KeyPair.from_seed(bytes(32))
    )
    people.retire(world.program.store, "Hugo", world.clock.now(), actor="Adam")

    for act, (may, do) in WHO_MAY.items():
        for name, member in members.items():
            if name not in may:
                answer = outcome(partial(do, world, member, standing))
                assert isinstance(answer, NotThere), f"{act} answers {name} with {answer!r}"

    for act, (may, do) in WHO_MAY.items():
        for name in sorted(may):
            answer = outcome(partial(do, world, members[name], standing))
            # A confirmation may have nothing to confirm, or come from who asked: that is for them to know.
            refused = (NotThere,) if "confirm" in act else (WhistleError,)
            assert not isinstance(answer, refused), f"{act} answers {name} with {answer!r}"


def test_lists_and_menus_show_each_person_their_own_and_nothing_else(world: World) -> None:
    standing = scene(world)
    members = {name: world.member(name) for name in EVERYBODY}
    people.retire(world.program.store, "Hugo", world.clock.now(), actor="Adam")

    for name, member in members.items():
        page = world.program.handler.cases(member, state="all")
        rows = {row.number for row in page.rows}
        assert rows == ({standing.number, standing.closed} if name == "Hanna" else set()), name
        assert (page.total.value, page.late.value, page.soon.value) == (len(rows), 0, len(rows) // 2)
        assert world.program.handler.cases(member, number=standing.number).total.value == bool(rows)
    companies = {
        name: [code for code, _n in world.program.handler.companies(m)] for name, m in members.items()
    }
    assert {name: codes for name, codes in companies.items() if codes} == {
        "Hanna": [SE],
        "Nora": ["nordvakt-no"],
    }

    # Ulla's key waits, and a handler of her company is whom she asks.
    waiting = {
        name: [item.person_name for item in world.program.keys.pending(m)] for name, m in members.items()
    }
    assert {name: names for name, names in waiting.items() if names} == {"Hanna": ["Ulla"]}


def test_whoever_may_not_confirm_a_key_is_told_that_there_is_none(sqlite_world: World) -> None:
    world = sqlite_world
    newcomer(world, "Ulla", [("handler", SE)])
    (waiting,) = world.program.keys.pending(world.member("Hanna"))
    spoken = world.program.staff.fingerprint(world.member("Ulla"))
    for name in ("Nora", "Ulla", "Carl", "Lisa", "Olle", "Adam", "Alma"):
        with pytest.raises(NotThere):
            world.program.keys.confirm(world.member(name), waiting.designation, spoken)
    for garbage in ("", "zz", waiting.designation[:-2], waiting.designation.upper() + "\0", "00" * 16):
        with pytest.raises(NotThere):
            world.program.keys.confirm(world.member("Hanna"), garbage, spoken)
    assert world.program.keys.confirm(world.member("Hanna"), waiting.designation, spoken.lower()) is True


def references(world: World, *functions: str) -> tuple[str, ...]:
    company = next(c for c in world.program.reporter.companies() if c.code == SE)
    return tuple(person.ref for person in company.people if person.function in functions)


def test_an_excluded_handler_has_no_grant_no_row_and_no_count(world: World) -> None:
    other = world.send("Another matter.")
    receipt = world.send("It is about Hanna.", exclude=references(world, "Function of Hanna"))
    hanna, hugo, handler = world.member("Hanna"), world.member("Hugo"), world.program.handler

    page = handler.cases(hanna)
    assert [row.number for row in page.rows] == [other.number]
    assert (page.total.value, page.late.value) == (1, 0)
    assert handler.cases(hanna, number=receipt.number).total.value == 0
    with pytest.raises(NotThere):
        handler.case(hanna, receipt.number)
    with world.program.store.reading() as db:
        for table, person in ((grants, grants.c.holder_id), (readers, readers.c.person_id)):
            numbers = db.execute(select(table.c.case_id).where(person == hanna.person_id)).all()
            assert len({bytes(row.case_id) for row in numbers}) == 1

    # Hugo, who works on it, sees whom the reporter named, and that nobody else does.
    case = handler.case(hugo, receipt.number)
    assert case.excluded == ("Function of Hanna (Hanna)",)
    assert case.handlers == ()
    assert handler.case(hugo, other.number).handlers == ("Hanna",)
    # Not even a note of Hugo's is granted to her.
    handler.note(hugo, receipt.number, "Keep it from Hanna.")
    with pytest.raises(NotThere):
        handler.note(hanna, receipt.number, "Let me see.")


def test_a_case_that_excludes_every_handler_waits_sealed(world: World) -> None:
    out = ("Function of Hanna", "Function of Hugo", "Function of Disa", "Function of Carl")
    receipt = world.send(exclude=references(world, *out))
    secret = world.enter(receipt)
    with world.program.store.reading() as db:
        holders = {bytes(found) for found in db.execute(select(grants.c.holder_id)).scalars()}
        assert len(holders) == 1
        assert db.execute(select(readers.c.person_id)).all() == []
    for name in EVERYBODY:
        if name != "Ulla":
            with pytest.raises(NotThere):
                world.program.handler.case(world.member(name), receipt.number)
    # The reporter's own key opens it, and takes a message.
    world.program.reporter.message(secret, world.program.reporter.writing(secret), "Is anybody there?")
    assert len(world.program.reporter.open(secret).entries) == 2


def test_everybody_of_the_company_who_could_read_or_decide_can_be_excluded(sqlite_world: World) -> None:
    company = next(c for c in sqlite_world.program.reporter.companies() if c.code == SE)
    offered = {(person.role, person.function) for person in company.people}
    assert offered == {
        ("handler", "Function of Hanna"), ("handler", "Function of Hugo"), ("custodian", "Function of Carl"),
        ("legal", "Function of Lisa"), ("legal", "Function of Leo"), ("privacy_officer", "Function of Olle"),
        ("auditor", "Function of Alma"), ("deputy", "Function of Disa"),
    }  # fmt: skip
    receipt = sqlite_world.send(exclude=references(sqlite_world, "Function of Alma", "Function of Lisa"))
    case = sqlite_world.program.handler.case(sqlite_world.member("Hanna"), receipt.number)
    assert set(case.excluded) == {"Function of Alma (Alma)", "Function of Lisa (Lisa)"}
