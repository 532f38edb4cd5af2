"""On the stage: a held case past its day that everybody who reads it opened, and one that stands open."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace

from sqlalchemy import insert

from tests.vault.cast import Person
from tests.vault.tampering import case_of, change
from tests.world import FI, World
from whistle.crypto.grants import seal_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.crypto.records import new_object_id, seal_json
from whistle.vault import held_openings, statutory
from whistle.vault.facts import SealedGrant
from whistle.vault.heldtables import held_openings as openings
from whistle.vault.tables import cases
from whistle.vault.tables import readers as readers_table


def sealed_to(person_id: bytes, pair: KeyPair, object_id: bytes) -> tuple[bytes, tuple[SealedGrant, ...]]:
    """A record of its own key, and the grant for one person."""
    key = CompartmentKey.new(object_id, Compartment.CONTENT, 1)
    body = {"type": "held_opening", "n": 1, "by": "Hanna", "day": "", "reason": "Because."}
    grants = (SealedGrant(person_id, seal_grant(pair.public_key, key)),)
    return seal_json(key, new_object_id(), body), grants


def past_its_day(world: World, made: SimpleNamespace, readers: Sequence[Person]) -> None:
    """The day of the case comes, a hold stands, and each of its readers has opened it today."""
    today, lisa = world.clock.now().date(), world.member("Lisa")
    days = {"closed_on": today - timedelta(days=731), "purge_on": today}
    change(world, cases, {"number": made.past}, **days)
    review = (today + timedelta(days=100)).isoformat()
    hold = world.program.legal.place(lisa, made.past, "court_ruling", "T 9-28", "", review)
    made.past_hold_id = bytes.fromhex(hold)
    new = new_object_id()
    sealed, grants = sealed_to(lisa.person_id, lisa.pair, new)
    made.opening = held_openings.NewOpening(new, made.past_hold_id, sealed, grants)
    _leaves(world, made.leaving)
    case_id, store = case_of(world, made.past)["id"], world.program.store
    with store.writing() as work:
        for person in readers:
            row = {
                "id": secrets.token_bytes(16), "case_id": case_id, "hold_id": made.past_hold_id,
                "person_id": person.id, "on_day": today, "doing": "read", "sealed": b"sealed",
            }  # fmt: skip
            mac = held_openings.opening_mac(store.keys, row)
            work.db.execute(insert(openings).values(**row, mac=mac))
    made.silence = seal_json(
        CompartmentKey.new(made.past_hold_id, Compartment.CONTENT, 1), new_object_id(), BODY
    )


def _leaves(world: World, number: str) -> None:
    """The case was closed, and is erased in ten days."""
    today = world.clock.now().date()
    days = {"closed_on": today - timedelta(days=720), "purge_on": today + timedelta(days=10)}
    change(world, cases, {"number": number}, state="closed", next_on=days["purge_on"], **days)
    case_id = case_of(world, number)["id"]
    change(world, readers_table, {"case_id": case_id}, open=False, due_on=days["purge_on"])


BODY = {"type": "sentence", "n": 2, "by": "Lisa", "day": "", "reason": "Because."}


def open_too_long(world: World, made: SimpleNamespace, legal: Person) -> None:
    """A Finnish case with a ground, and what a second one and its end are called with."""
    store, now = world.program.store, world.clock.now()
    made.finland = world.send(company=FI).number
    made.ground_review = now.date() + timedelta(days=100)

    def new(code: str) -> statutory.NewGround:
        ground_id = new_object_id()
        sealed, grants = sealed_to(legal.id, legal.pair, ground_id)
        return statutory.NewGround(ground_id, code, made.ground_review, sealed, grants)

    standing = new("legal_claim")
    statutory.record(store, legal.id, made.finland, standing, now)
    made.ground, made.ground_id = new("rights_or_duties"), standing.id
    key = CompartmentKey.new(standing.id, Compartment.CONTENT, 1)
    made.ground_sealed = seal_json(key, new_object_id(), BODY)
