"""A site on which every command has something to do, sealed as the parties seal it, by one who may."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest import mock

from sqlalchemy import insert, select

from tests.vault import asked_for, stage_held
from tests.vault.cast import KINDS, STANDING, Person, cast, enter, retire
from tests.vault.scenes import purged_case
from tests.vault.tampering import case_of, change, remove, rows
from tests.world import NO, World
from whistle.crypto.grants import open_any, seal_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.crypto.records import new_object_id, seal_json
from whistle.parties.casefile import CaseFile
from whistle.parties.draft import Author, Draft
from whistle.vault import (
    casework,
    consents,
    custody,
    desk,
    guards,
    hold_asks,
    hold_list,
    hold_reviews,
    holds,
    recovery,
    recovery_proof,
    redactions,
)
from whistle.vault import identity_requests as requests
from whistle.vault.facts import Addition, SealedGrant
from whistle.vault.guardlists import Item, Waiting
from whistle.vault.registertables import case_rights
from whistle.vault.serverkeys import write_private
from whistle.vault.store import Store
from whistle.vault.tables import designations, grants, hold_grants, metadata, readers
from whistle.vault.worktables import identity_requests, minutes, passkeys

CONTENT, IDENTITY, INTERNAL = Compartment.CONTENT, Compartment.IDENTITY, Compartment.INTERNAL
CASES = ("open", "fresh", "closed", "asked", "held", "another", "past", "leaving")
NOBODYS = "W-0000-0000"


@dataclass(frozen=True)
class Stage:
    """A prepared site: its store, its day, and what the commands are called with (`m`)."""

    store: Store
    now: datetime
    m: SimpleNamespace

    @property
    def today(self) -> date:
        """The day at the site."""
        return self.now.date()

    def nowhere(self) -> "Stage":
        """The same calls for cases, requests and holds that do not exist."""
        values = {
            name: NOBODYS if isinstance(value, str) else bytes(16) if name.endswith("_id") else value
            for name, value in vars(self.m).items()
        }
        return replace(self, m=SimpleNamespace(**values))


def prepare(world: World) -> tuple[SimpleNamespace, list[Person]]:
    """Make the site; returns what the commands are called with, and who tries them."""
    made = SimpleNamespace(gone=purged_case(world))
    excluded = cast(kind for kind in KINDS if KINDS[kind].excluded)
    enter(world, excluded, for_cases={})
    _cases(world, made, [person.pair.key_id.hex() for person in excluded])
    people = cast(kind for kind in KINDS if not KINDS[kind].excluded)
    ids = {name: case_of(world, getattr(made, name))["id"] for name in (*CASES, "norway")}
    single = {
        "investigator": [ids[name] for name in CASES if name != "another"],
        "investigator elsewhere": [ids["another"]],
    }
    enter(world, people, for_cases=single)
    for name in CASES:
        whom = [person for person in people if _is_on(person, name)]
        _place(world, getattr(made, name), "Hanna", whom, with_identity=name == "asked")
    there = [person for person in people if person.kind == "handler in Norway"]
    _place(world, made.norway, "Nora", there, with_identity=True)
    _work(world, made, people, ids)
    retire(world, people)
    return made, [*excluded, *people]


def _is_on(person: Person, name: str) -> bool:
    if person.kind == "investigator elsewhere":
        return name == "another"
    reads = KINDS[person.kind].reads and (person.kind != "investigator" or name != "another")
    return reads or person.kind == "custodian"


def _cases(world: World, made: SimpleNamespace, excluded: Iterable[str]) -> None:
    hanna, program = world.member("Hanna"), world.program
    for name in CASES:
        number = world.send("Words " * 20, exclude=tuple(excluded), identity_name="Eva").number
        setattr(made, name, number)
        if name != "fresh":
            program.handler.acknowledge(hanna, number, "Received.")
        program.handler.note(hanna, number, "A note.")
    for name in ("closed", "past"):
        world.close(hanna, getattr(made, name), "It was stopped.")
    world.nobody_concerned(hanna, made.open)
    leo = world.member("Leo").person_id.hex()
    program.circle.exclude(world.member("Hugo"), made.open, leo, "A cousin.")
    made.norway = world.send(company=NO, identity_name="Eva").number
    program.handler.note(world.member("Nora"), made.norway, "A note.")


def _place(world: World, number: str, by: str, whom: list[Person], *, with_identity: bool) -> None:
    """Put people on a case as if they had been granted it while they were designated."""
    store, file = world.program.store, opened(world, number, by)
    case = case_of(world, number)
    keys = [key for part in file.granted().values() for key in part.values()]
    identity = identity_key(world, number, "Carl" if by == "Hanna" else by)
    with casework.changing(store, number, world.clock.now()) as changing:
        for person in whom:
            reads, theirs = person.kind != "custodian", []
            if reads:
                theirs += [key for key in keys if key.compartment != IDENTITY]
                row = {"person_id": person.id, "case_id": case["id"], "company_id": case["company_id"]}
                values = {**row, "open": case["state"] != "closed", "due_on": case["next_on"], "unread": 1}
                changing.db.execute(insert(readers).values(**values))
            if not reads or with_identity:
                theirs.append(identity)
            for key in theirs:
                changing.put_grant(SealedGrant(person.id, seal_grant(person.pair.public_key, key)))


def opened(world: World, number: str, by: str = "Hanna") -> CaseFile:
    """The case as somebody who works on it opens it."""
    member = world.member(by)
    case = desk.open_case(world.program.store, member.person_id, number, world.clock.now())
    return CaseFile(case, member.pair)


def identity_key(world: World, number: str, holder: str) -> CompartmentKey:
    """The key of who the reporter is, as somebody who holds it opens it."""
    case_id, member = case_of(world, number)["id"], world.member(holder)
    place = {"case_id": case_id, "holder_id": member.person_id, "compartment": int(IDENTITY)}
    sealed = rows(world, grants, **place)[0]["sealed"]
    return open_any(member.pair, sealed, case_id=case_id, compartment=IDENTITY, epoch=1)[0]


def sealed(world: World, number: str, *parts: Compartment, by: str = "Hanna") -> Addition:
    """One record of each of these compartments, sealed under the keys that are due."""
    draft = Draft(
        world.program.store, opened(world, number, by), Author.staff(world.member(by)), world.clock.now()
    )
    for part in parts:
        draft.record(part, "message" if part == CONTENT else "note", text="Words.")
    return draft.addition()


def _work(world: World, made: SimpleNamespace, people: list[Person], ids: Mapping[str, bytes]) -> None:
    for name in ("open", "fresh", "closed"):
        setattr(made, f"said_{name}", sealed(world, getattr(made, name), CONTENT))
        setattr(made, f"noted_{name}", sealed(world, getattr(made, name), INTERNAL))
    made.noted_norway = sealed(world, made.norway, INTERNAL, by="Nora")
    made.open_id, made.asked_id = ids["open"], ids["asked"]
    with world.program.store.writing() as asking:
        row = {"id": secrets.token_bytes(16), "case_id": made.open_id, "asked_on": world.clock.now().date()}
        asking.db.execute(insert(case_rights).values(**row))
    made.company = case_of(world, made.open)["company_id"]
    made.passkeys = {row["person_id"]: row["id"] for row in rows(world, passkeys)}
    made.recovery_answer = secrets.token_bytes(32)
    write_private(world.settings.keys / recovery.FILE, KeyPair.from_seed(bytes(32)).public_key)
    recovery_proof.ask(world.program.store, made.recovery_answer, world.clock.now())
    made.hanna, made.hugo, made.carl = (world.member(name).person_id for name in ("Hanna", "Hugo", "Carl"))
    made.leo, made.olle, made.disa, made.dag = (
        world.member(name).person_id for name in ("Leo", "Olle", "Disa", "Dag")
    )
    first = {person.kind: person for person in people if person.state == STANDING}
    made.newcomer = first["handler without the case"].id
    _grants(world, made, first)
    _requests(world, made, [p for p in people if KINDS[p.kind].reads])
    _holds(world, made)
    _entries(world, made, people)
    stage_held.past_its_day(world, made, [p for p in people if KINDS[p.kind].reads])
    stage_held.open_too_long(world, made, next(p for p in people if p.kind == "legal elsewhere"))
    asked_for.prepare(world, made, people)
    waiting = Waiting("ahead", (Item(made.closed, world.clock.now().date()),), {"ahead": 1})
    guards.settle(world.program.store, "clock", {"nordvakt-se": waiting}, world.clock.now())


def _grants(world: World, made: SimpleNamespace, first: Mapping[str, Person]) -> None:
    one = first["handler without the case"]

    def keys_for(number: str) -> tuple[SealedGrant, ...]:
        held = [key for part in opened(world, number).granted().values() for key in part.values()]
        mine = (key for key in held if key.compartment != IDENTITY)
        return tuple(SealedGrant(one.id, seal_grant(one.pair.public_key, key)) for key in mine)

    made.granted, made.past_granted = keys_for(made.open), keys_for(made.past)
    key = identity_key(world, made.asked, "Carl")
    carl, hanna = world.member("Carl"), world.member("Hanna")
    made.for_custodian = (SealedGrant(carl.person_id, seal_grant(carl.pair.public_key, key)),)
    made.for_hanna = (SealedGrant(hanna.person_id, seal_grant(hanna.pair.public_key, key)),)


def reason(world: World) -> custody.NewRequest:
    """A reason, sealed under a key of its own to a custodian."""
    request_id, carl = new_object_id(), world.member("Carl")
    key = CompartmentKey.new(request_id, CONTENT, 1)
    body = {"type": "identity_request", "n": 1, "by": "Hanna", "day": "", "reason": "Because."}
    given = (SealedGrant(carl.person_id, seal_grant(carl.pair.public_key, key)),)
    return custody.NewRequest(request_id, False, seal_json(key, new_object_id(), body), given)


def _requests(world: World, made: SimpleNamespace, readers_: list[Person]) -> None:
    """A request that waits in one case, where approvals stand for all who read it; none in the others."""
    store, now = world.program.store, world.clock.now()
    made.request = reason(world)
    waiting = reason(world)
    told = sealed(world, made.asked, CONTENT)
    custody.ask(store, made.hanna, made.asked, waiting, told, now)
    made.request_id = waiting.id
    made.answer = custody.Decision(True, waiting.sealed, made.for_hanna)
    with store.writing() as work:
        for person in readers_:
            row = {
                "id": secrets.token_bytes(16), "case_id": made.asked_id, "asked_by": person.id,
                "asked_on": now.date(), "would_hinder": False, "sealed": b"sealed", "state": "approved",
                "decided_by": made.carl, "decided_on": now.date(), "decision_sealed": b"sealed",
                "ends_on": now.date() + timedelta(days=30),
            }  # fmt: skip
            mac = requests.request_mac(store.keys, row)
            work.db.execute(insert(identity_requests).values(**row, mac=mac))


def _holds(world: World, made: SimpleNamespace) -> None:
    review = (world.clock.now() + timedelta(days=100)).date()
    lisa = world.member("Lisa")
    placed = [
        world.program.legal.place(lisa, made.held, "court_ruling", f"T {n}-28", "", review.isoformat())
        for n in (1, 2, 3)
    ]
    made.hold_id, made.asked_hold_id, made.lost_hold_id = (bytes.fromhex(one) for one in placed)
    remove(world, hold_grants, hold_id=made.lost_hold_id)
    change(world, holds.holds, {"id": made.lost_hold_id}, sealed=b"")
    lost = CompartmentKey.new(made.lost_hold_id, CONTENT, 1)
    made.citation = seal_json(lost, new_object_id(), {"type": "hold", "n": 1, "by": "Lisa", "day": ""})
    made.cited = (SealedGrant(lisa.person_id, seal_grant(lisa.pair.public_key, lost)),)
    row = rows(world, holds.holds, id=made.asked_hold_id)[0] | {"release_asked_by": made.leo}
    mac = holds.hold_mac(world.program.store.keys, row)
    change(world, holds.holds, {"id": made.asked_hold_id}, release_asked_by=made.leo, mac=mac)
    hold_id, once = new_object_id(), secrets.token_bytes(32)
    key = CompartmentKey.new(hold_id, CONTENT, 1)
    body = {"type": "hold", "n": 1, "by": "Lisa", "day": "", "ground": "court_ruling"}
    given = (SealedGrant(lisa.person_id, seal_grant(lisa.pair.public_key, key)),)
    made.hold = holds.NewHold(
        hold_id, "court_ruling", review, once, seal_json(key, new_object_id(), body), given
    )
    _many(world, made)


def _many(world: World, made: SimpleNamespace) -> None:
    """A hold that waits for a second person, one to be placed, a review, and a colleague without a key."""
    store, now, lisa = world.program.store, world.clock.now(), world.member("Lisa")
    case = case_of(world, made.another)["id"]

    def wanted() -> list[hold_asks.Wanted]:
        hold_id, sealed_by = new_object_id(), new_object_id()
        key = CompartmentKey.new(hold_id, CONTENT, 1)
        body = {"type": "hold", "n": 1, "by": "Lisa", "day": "", "ground": "court_ruling"}
        hold = replace(
            made.hold, id=hold_id, once=hold_id * 2, sealed=seal_json(key, sealed_by, body), grants=()
        )
        return [hold_asks.Wanted(case, made.another, hold)]

    with mock.patch.object(hold_asks, "placing_needs_second", return_value=True):
        assert hold_asks.place_all(store, lisa.person_id, wanted(), bytes(32), now).waits
    made.wanted = wanted()
    ask = hold_asks.waiting(store, lisa.person_id, now)[0]
    made.ask_id, made.list_hash = ask.id, ask.list_hash
    first = hold_list.Sought(hold=made.hold_id)
    (held,) = hold_list.of_companies(store, lisa.person_id, [made.company], now, first)
    made.review = hold_reviews.NewReview(held.review_on, held.review_on + timedelta(days=1), b"sealed")
    remove(world, hold_grants, hold_id=made.hold_id, person_id=made.leo)
    leo = KeyPair.from_seed(world.secrets.seeds["Leo"]).public_key
    given = SealedGrant(made.leo, seal_grant(leo, CompartmentKey.new(made.hold_id, CONTENT, 1)))
    made.for_colleague = [(made.hold_id, given)]


def _entries(world: World, made: SimpleNamespace, people: list[Person]) -> None:
    """Disclosures, minutes, passages to erase, and a key that waits."""
    store, now, number = world.program.store, world.clock.now(), made.asked
    made.untold_id, made.agreed_id, made.minutes_id = (secrets.token_bytes(16) for _ in range(3))
    for consent, told in ((made.untold_id, False), (made.agreed_id, True)):
        said = sealed(world, number, CONTENT if told else INTERNAL)
        consents.ask(store, made.hanna, number, consents.NewConsent(consent, "law", told), said, now)
    made.said_asked = sealed(world, number, CONTENT)
    made.noted_asked = sealed(world, number, INTERNAL)
    with store.writing() as work:
        days = {"written_on": now.date(), "answered_on": now.date()}
        work.db.execute(insert(minutes).values(id=made.minutes_id, case_id=made.asked_id, **days))
    made.cut, made.replacement = _erasure(world, made.open, 1)
    other, made.other_replacement = _erasure(world, made.open, 2)
    made.erasure_id = redactions.ask(store, made.hanna, made.open, other, now)
    waits = next(p for p in people if (p.kind, p.state) == ("handler", "never confirmed"))
    made.key_id = waits.pair.key_id
    held = {row["person_id"]: row["id"] for row in rows(world, designations)}
    made.designation_id, made.disas_role_id = held[waits.id], held[made.disa]


def _erasure(world: World, number: str, n: int) -> tuple[redactions.Cut, redactions.Replacement]:
    file = opened(world, number)
    record = next(r for r in file.case.records if (r.compartment, r.n) == (CONTENT, n))
    body = {"type": "message", "n": n, "by": "handler", "day": record.day.isoformat(), "text": "…"}
    new = seal_json(file.key_of(CONTENT, record.epoch), new_object_id(), body)
    return redactions.Cut(CONTENT, n, 0, 5, "sensitive"), redactions.Replacement(record.object_id, new)


def photograph(store: Store) -> dict[str, Any]:
    """Every row of every table, in no order, and the names of the files."""
    with store.reading() as db:
        found: dict[str, Any] = {
            table.name: sorted(repr(tuple(row)) for row in db.execute(select(table)))
            for table in metadata.sorted_tables
        }
    return found | {"files": sorted(store.blobs.ids()), "head": store.keys.head()}
