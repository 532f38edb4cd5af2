"""A reporter's locator leads to their own case, takes what belongs there, and grants nothing to anybody."""

from dataclasses import replace

import pytest

from tests.world import World
from whistle.crypto.codes import CaseKey
from whistle.crypto.grants import seal_grant, seal_own_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.crypto.records import new_object_id, seal_json
from whistle.errors import NotAllowed, NotThere, RuleRefused, SealBroken
from whistle.vault import intake, mailbox
from whistle.vault.facts import Addition, NewCase, SealedBlob, SealedGrant, SealedRecord

BODY = {"type": "message", "n": 2, "by": "reporter", "day": "2026-03-02", "text": "Hello."}


def sealed(case_id: bytes, compartment: Compartment, n: int = 2) -> SealedRecord:
    key = CompartmentKey.new(case_id, compartment, 1)
    content = CompartmentKey.new(case_id, Compartment.CONTENT, 1)
    mixed = content if compartment == Compartment.IDENTITY else None
    return SealedRecord(compartment, n, seal_json(key, new_object_id(), BODY, mixed_with=mixed))


def refused(world: World, locator: bytes, addition: Addition) -> str:
    with pytest.raises(RuleRefused) as refusal:
        mailbox.add(world.program.store, locator, addition, world.clock.now(), action="message_received")
    return refusal.value.reason


def test_a_locator_opens_its_own_case_with_its_own_grants(world: World) -> None:
    first, second = CaseKey(world.enter(world.send())), CaseKey(world.enter(world.send()))
    store, now = world.program.store, world.clock.now()
    one, two = (mailbox.open_case(store, key.locator, now) for key in (first, second))
    assert one.status.id != two.status.id
    for case in (one, two):
        assert {grant.holder_id for grant in case.grants} == {case.status.id}
        assert sorted(record.compartment for record in case.records) == [1, 2]
    for wrong in (bytes(32), b"", first.locator_hash, first.locator[:-1]):
        with pytest.raises(NotThere):
            mailbox.open_case(store, wrong, now)
        with pytest.raises(NotThere):
            mailbox.add(store, wrong, Addition(), now, action="message_received")
        mailbox.mark_read(store, wrong)


def test_nothing_of_another_case_compartment_or_number_is_taken(world: World) -> None:
    receipt = world.send()
    key, other = CaseKey(world.enter(receipt)), CaseKey(world.enter(world.send()))
    store, now = world.program.store, world.clock.now()
    case_id = mailbox.open_case(store, key.locator, now).status.id
    elsewhere = mailbox.open_case(store, other.locator, now).status.id

    with pytest.raises(NotAllowed):
        refused(world, key.locator, Addition(records=(sealed(case_id, Compartment.INTERNAL, 1),)))
    assert (
        refused(world, key.locator, Addition(records=(sealed(elsewhere, Compartment.CONTENT),))) == "header"
    )
    for n in (0, 1, 3, 99):
        assert (
            refused(world, key.locator, Addition(records=(sealed(case_id, Compartment.CONTENT, n),)))
            == "number"
        )
    pair = KeyPair.from_seed(key.reporter_seed)
    content = CompartmentKey.new(case_id, Compartment.CONTENT, 1)
    for grant in (seal_own_grant(pair.seed, pair.key_id, content), seal_grant(pair.public_key, content)):
        assert refused(world, key.locator, Addition(grants=(SealedGrant(case_id, grant),))) == "epoch"
    for broken in (b"", b"WSL1", b"x" * 200):
        addition = Addition(records=(SealedRecord(1, 2, broken),))
        with pytest.raises(SealBroken):
            mailbox.add(store, key.locator, addition, now, action="message_received")
    blob = SealedBlob(sealed(elsewhere, Compartment.CONTENT).sealed[:64], 64, bytes(32))
    assert refused(world, key.locator, Addition(blobs=(blob,))) == "header"
    after = mailbox.open_case(store, key.locator, now)
    assert (after.status.n_content, len(after.records), after.status.inventory_n) == (1, 2, 1)


def new_case(world: World) -> tuple[NewCase, CompartmentKey]:
    """A report as the vault is handed one, granted to its reporter alone."""
    case_id, key = new_object_id(), CaseKey.new()
    content = CompartmentKey.new(case_id, Compartment.CONTENT, 1)
    pair = KeyPair.from_seed(key.reporter_seed)
    record = SealedRecord(1, 1, seal_json(content, new_object_id(), BODY | {"n": 1, "type": "report"}))
    grants = (SealedGrant(case_id, seal_own_grant(pair.seed, pair.key_id, content)),)
    made = NewCase(
        case_id, "nordvakt-se", key.locator_hash, pair.public_key, False, False, grants, (record,), ()
    )
    return made, content


def test_a_report_is_granted_only_to_whom_it_may_be(world: World) -> None:
    store, now = world.program.store, world.clock.now()
    plain, content = new_case(world)
    identity = CompartmentKey.new(plain.case_id, Compartment.IDENTITY, 1)
    internal = CompartmentKey.new(plain.case_id, Compartment.INTERNAL, 1)
    foreign = CompartmentKey.new(new_object_id(), Compartment.CONTENT, 1)

    def to(name: str, key: CompartmentKey, *, as_key_of: str = "") -> SealedGrant:
        return SealedGrant(
            world.member(name).person_id, seal_grant(world.member(as_key_of or name).pair.public_key, key)
        )

    forbidden = [
        to("Lisa", content), to("Adam", content), to("Nora", content), to("Carl", content),
        to("Alma", identity), to("Hanna", identity), to("Hanna", internal), to("Hanna", foreign),
        to("Hanna", content, as_key_of="Nora"),
        SealedGrant(plain.case_id, seal_grant(world.member("Hanna").pair.public_key, internal)),
        SealedGrant(new_object_id(), to("Hanna", content).sealed),
    ]  # fmt: skip
    for grant in forbidden:
        with pytest.raises(NotAllowed):
            intake.receive(store, replace(plain, grants=(*plain.grants, grant)), now)
    with pytest.raises(NotAllowed):
        intake.receive(store, replace(plain, records=(sealed(new_object_id(), Compartment.CONTENT, 1),)), now)
    assert world.program.handler.cases(world.member("Hanna")).total.value == 0

    taken = replace(plain, grants=(*plain.grants, to("Hanna", content), to("Carl", identity)))
    status, again = intake.receive(store, taken, now)
    assert (status.state, again) == ("received", False)
    assert intake.receive(store, taken, now) == (status, True)
