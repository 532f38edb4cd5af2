"""Privacy requests on the stage, in every state that a command wants, and what commands are called with."""

from datetime import date
from types import SimpleNamespace

from sqlalchemy import delete, insert, select

from tests.parties.asking import answered, proved, verified
from tests.parties.breaches import breach
from tests.vault.cast import Person
from tests.vault.tampering import case_of, rows
from tests.world import World
from whistle.crypto.grants import seal_grant
from whistle.crypto.header import Compartment
from whistle.crypto.records import new_object_id
from whistle.parties import sealed_to_legal as box
from whistle.parties.casefile import CaseFile
from whistle.parties.draft import Author, Draft
from whistle.vault import incidents, request_copies, request_identity, request_work
from whistle.vault.facts import Addition, SealedGrant
from whistle.vault.incident_rows import Line, NewIncident
from whistle.vault.registertables import incident_grants, request_counts
from whistle.vault.request_identity import HandedOn, Verified
from whistle.vault.requesttables import request_readers
from whistle.vault.requesttables import requests as table
from whistle.vault.tables import cases

CONTENT, INTERNAL = Compartment.CONTENT, Compartment.INTERNAL


def prepare(world: World, made: SimpleNamespace, people: list[Person]) -> None:
    """Requests that wait to be known, to be answered, to be closed; people who left hold what they had."""
    asked = {
        "coded": proved(world, rights=("portability",)),
        "known": verified(world, email="b@mail.example"),
        "answered": answered(world, email="c@mail.example", rights=("portability",)),
    }
    made.task_id = new_object_id()
    for name, asker in asked.items():
        setattr(made, f"r_{name}", asker.number)
        setattr(made, f"r_{name}_said", said(world, asker.number, CONTENT))
        setattr(made, f"r_{name}_noted", said(world, asker.number, INTERNAL))
        _place(world, case_of(world, asker.number), [p for p in people if p.kind == "privacy officer"])
    made.r_verified = Verified(made.r_coded_said, (), None, None)
    made.r_handed_on = HandedOn("nordvakt-fi", _for_officers(world, asked["coded"].number, "nordvakt-fi"))
    olle, now = world.member("Olle"), world.clock.now()
    request_work.open_task(
        world.program.store, olle.person_id, made.r_known, made.task_id, made.r_known_noted, now
    )
    made.r_known_noted = said(world, made.r_known, INTERNAL)
    made.new_task_id = new_object_id()
    (row,) = [one for one in rows(world, table) if one["copy_id"] is not None]
    with world.program.store.reading() as db:
        made.copy = db.execute(select(cases.c.number).where(cases.c.id == row["copy_id"])).scalar_one()
    # The first answer makes the key that comes after the officer's; a second one is sealed under that.
    request_copies.answer(world.program.store, made.hanna, made.copy, _in_copy(world, made.copy), now)
    made.copy_said = _in_copy(world, made.copy)
    _take_from_list(world, made.r_answered, olle.person_id)
    row = {
        "company_id": case_of(world, made.r_known)["company_id"], "month": date(2020, 1, 1), "asked": "all",
        "outcome": "granted", "timing": "in_time", "charged": "nothing", "count": 9,
    }  # fmt: skip
    with world.program.store.writing() as work:
        work.db.execute(insert(request_counts).values(**row))
    _incident(world, made, people)


def _incident(world: World, made: SimpleNamespace, people: list[Person]) -> None:
    """An incident whose key everybody of the cast holds who is or was an officer there; and one to write."""
    olle, register = world.member("Olle"), world.program.privacy.incidents
    made.incident = register.report(olle, "nordvakt-se", breach(world))
    found = incidents.open_incident(world.program.store, olle.person_id, made.incident, world.clock.now())
    body = {"type": "incident", "n": 2, "by": "officer", "day": ""}
    made.incident_line = Line(2, box.add(olle, found.id, found.grant, body), None, closes=False)
    new_id = new_object_id()
    made.new_incident = NewIncident(new_id, "nordvakt-se", box.seal(new_id, body, ())[0], (), None)
    had = {row["person_id"] for row in rows(world, incident_grants)}
    theirs = [p for p in people if p.kind == "privacy officer" and p.id not in had]
    with world.program.store.writing() as work:
        for person in theirs:
            row = {"incident_id": found.id, "person_id": person.id, "sealed": found.grant}
            work.db.execute(insert(incident_grants).values(**row))


def _for_officers(world: World, number: str, company: str) -> tuple[SealedGrant, ...]:
    """The keys of a request for the officers of another company."""
    store, olle, now = world.program.store, world.member("Olle"), world.clock.now()
    keys = CaseFile(request_work.open_request(store, olle.person_id, number, now).case, olle.pair).granted()
    return tuple(
        SealedGrant(one.person_id, seal_grant(one.public_key, key))
        for one in request_identity.officers_of(store, olle.person_id, number, company, now)
        for part in keys.values()
        for key in part.values()
    )


def _take_from_list(world: World, number: str, person: bytes) -> None:
    """Somebody who came later, as far as the lists know."""
    case_id = case_of(world, number)["id"]
    theirs = (request_readers.c.case_id == case_id) & (request_readers.c.person_id == person)
    with world.program.store.writing() as work:
        work.db.execute(delete(request_readers).where(theirs))


def said(world: World, number: str, part: Compartment) -> Addition:
    """One record of an officer's, sealed as the request stands."""
    store, olle = world.program.store, world.member("Olle")
    found = request_work.open_request(store, olle.person_id, number, world.clock.now())
    draft = Draft(store, CaseFile(found.case, olle.pair), Author.staff(olle, "officer"), world.clock.now())
    draft.record(part, "message" if part == CONTENT else "decision", text="Words.")
    return draft.addition()


def _in_copy(world: World, number: str) -> Addition:
    store, hanna = world.program.store, world.member("Hanna")
    case = request_copies.open_copy(store, hanna.person_id, number, world.clock.now())
    draft = Draft(store, CaseFile(case, hanna.pair), Author.staff(hanna), world.clock.now())
    draft.record(CONTENT, "handlers", text="Words.", files=[])
    return draft.addition()


def _place(world: World, case: dict[str, object], people: list[Person]) -> None:
    """Whoever is not granted it yet stands in its list, as if they had been designated when it came."""
    with world.program.store.writing() as work:
        held = select(request_readers.c.person_id).where(request_readers.c.case_id == case["id"])
        there = {bytes(one) for one in work.db.execute(held).scalars()}
        for person in people:
            if person.id not in there:
                row = {"person_id": person.id, "case_id": case["id"], "company_id": case["company_id"]}
                place = {"open": True, "rank": 1, "due_on": case["next_on"], "unread": 1}
                work.db.execute(insert(request_readers).values(**row, **place))
