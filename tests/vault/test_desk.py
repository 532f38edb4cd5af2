"""The vault asks for itself whether a handler may: what a caller says of them counts for nothing."""

import pytest
from sqlalchemy import select

from tests.world import NO, World
from whistle.crypto.grants import seal_grant, seal_own_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey
from whistle.crypto.records import new_object_id, seal_json
from whistle.errors import Conflict, NotAllowed, NotThere, RuleRefused, Tampered
from whistle.parties.member import Member
from whistle.vault import desk, listing
from whistle.vault.facts import Addition, SealedGrant, SealedRecord
from whistle.vault.tables import grants, readers, records

BODY = {"type": "message", "n": 2, "by": "handler", "day": "2026-03-02", "text": "Hello."}


def sealed(case_id: bytes, compartment: Compartment, n: int) -> SealedRecord:
    key, content = (CompartmentKey.new(case_id, c, 1) for c in (compartment, Compartment.CONTENT))
    mixed = content if compartment == Compartment.IDENTITY else None
    return SealedRecord(compartment, n, seal_json(key, new_object_id(), BODY, mixed_with=mixed))


def test_what_a_handler_is_handed_is_theirs_and_never_the_identity(world: World) -> None:
    store, now = world.program.store, world.clock.now()
    for company, name in (("nordvakt-se", "Hanna"), (NO, "Nora")):
        receipt = world.send(company=company, identity_name="Eva")
        person = world.member(name).person_id
        case = desk.open_case(store, person, receipt.number, now)
        assert {grant.holder_id for grant in case.grants} == {person}
        assert {grant.compartment for grant in case.grants} == {Compartment.CONTENT}
        assert {record.compartment for record in case.records} == {Compartment.CONTENT}
        for other in set(world.secrets.seeds) - {name, "Hugo", "Nils"}:
            with pytest.raises(NotThere):
                desk.open_case(store, world.member(other).person_id, receipt.number, now)


def keys_of(case_id: bytes) -> dict[Compartment, CompartmentKey]:
    """Keys for every compartment, invented: the vault must refuse them without opening anything."""
    three = (Compartment.CONTENT, Compartment.IDENTITY, Compartment.INTERNAL)
    return {compartment: CompartmentKey.new(case_id, compartment, 1) for compartment in three}


def test_a_handler_adds_no_identity_and_grants_notes_to_the_cases_own_handlers_only(world: World) -> None:
    store, now, number = world.program.store, world.clock.now(), world.send().number
    hanna, hugo, nora = (world.member(name) for name in ("Hanna", "Hugo", "Nora"))
    case_id = desk.open_case(store, hanna.person_id, number, now).status.id
    keys = keys_of(case_id)

    def add(addition: Addition) -> None:
        desk.add(store, hanna.person_id, number, addition, now, step=desk.NOTE)

    with pytest.raises(NotAllowed):
        add(Addition(records=(sealed(case_id, Compartment.IDENTITY, 2),)))
    for person, compartment in (
        (hugo, Compartment.CONTENT),
        (hugo, Compartment.IDENTITY),
        (nora, Compartment.INTERNAL),
    ):
        grant = SealedGrant(person.person_id, seal_grant(person.pair.public_key, keys[compartment]))
        with pytest.raises((NotAllowed, RuleRefused)):
            add(Addition(grants=(grant,)))
    with pytest.raises(RuleRefused) as elsewhere:
        add(Addition(records=(sealed(new_object_id(), Compartment.CONTENT, 2),)))
    assert elsewhere.value.reason == "header"
    with store.reading() as db:
        assert len(db.execute(select(records)).all()) == 2


def test_a_handler_replaces_their_own_grant_only_and_not_that_of_the_identity(world: World) -> None:
    store, now, number = world.program.store, world.clock.now(), world.send().number
    hanna, hugo, nora = (world.member(name) for name in ("Hanna", "Hugo", "Nora"))
    case_id = desk.open_case(store, hanna.person_id, number, now).status.id
    keys = keys_of(case_id)

    def own(person: Member, compartment: Compartment) -> SealedGrant:
        sealed_again = seal_own_grant(person.pair.seed, person.pair.key_id, keys[compartment])
        return SealedGrant(person.person_id, sealed_again)

    for person, compartment in ((hugo, Compartment.CONTENT), (hanna, Compartment.IDENTITY)):
        with pytest.raises(NotAllowed):
            desk.mark_read(store, hanna.person_id, case_id, [own(person, compartment)], now)
    with pytest.raises(NotThere):
        desk.mark_read(store, nora.person_id, case_id, [own(nora, Compartment.CONTENT)], now)


def test_opening_a_case_makes_the_grant_ones_own_and_says_so_once(world: World) -> None:
    number, hanna = world.send().number, world.member("Hanna")

    def kind() -> int:
        with world.program.store.reading() as db:
            query = select(grants.c.kind).where(grants.c.holder_id == hanna.person_id)
            found: int = db.execute(query).scalar_one()
            return found

    assert kind() == 2
    for _again in range(3):
        world.program.handler.case(hanna, number)
        assert kind() == 5
    lines = world.program.keys.ledger(world.member("Alma"), None).lines
    assert [(line.actor, line.case_number) for line in lines if line.action == "opened"] == [
        ("Hanna", number)
    ]


def test_a_step_is_checked_by_the_vault_itself(world: World) -> None:
    store, now, number = world.program.store, world.clock.now(), world.closed()[0].number
    hanna = world.member("Hanna").person_id
    with pytest.raises(Conflict):
        desk.add(store, hanna, number, Addition(), now, step=desk.REOPEN)
    with pytest.raises(Conflict):
        desk.add(store, hanna, number, Addition(), now, step=desk.ACKNOWLEDGE)
    for step in (desk.MESSAGE, desk.FEEDBACK, desk.CLOSE):
        with pytest.raises(RuleRefused) as refused:
            desk.add(store, hanna, number, Addition(), now, step=step)
        assert refused.value.reason == "state"
    for stranger in ("Nora", "Lisa", "Adam", "Carl", "Olle", "Alma"):
        for step in (desk.NOTE, desk.REOPEN):
            with pytest.raises(NotThere):
                desk.add(store, world.member(stranger).person_id, number, Addition(), now, step=step)
        with pytest.raises(NotThere):
            desk.ask_reopening(store, world.member(stranger).person_id, number, Addition(), now)


def test_a_list_is_paged_in_the_order_in_which_things_fall_due(world: World) -> None:
    handler, hanna = world.program.handler, world.member("Hanna")
    numbers = []
    for day in range(3):
        numbers += [{world.send(f"Day {day} report {i}").number for i in range(20)}]
        world.later(1)
    world.later(5)
    first = handler.cases(hanna)
    assert (len(first.rows), first.total.value, first.total.more) == (50, 60, False)
    assert first.after is not None
    second = handler.cases(hanna, after=first.after)
    assert (len(second.rows), second.after) == (10, None)
    shown = [row.number for row in (*first.rows, *second.rows)]
    assert len(set(shown)) == 60
    assert [set(shown[:20]), set(shown[20:40]), set(shown[40:])] == numbers
    assert (first.late.value, first.soon.value) == (20, 40)
    assert {row.group for row in first.rows[:20]} == {"late"}
    assert first.rows[0].subject.startswith("Day 0 report")
    for garbage in ("", "x", "\ud800", "====", "AAAA", first.after[:-1]):
        assert handler.cases(hanna, after=garbage).rows[0] == first.rows[0]


def test_a_list_that_names_a_case_without_a_grant_says_that_it_was_tampered_with(sqlite_world: World) -> None:
    world = sqlite_world
    excluded = next(
        p.ref for c in world.program.reporter.companies() for p in c.people if p.function.endswith("Hanna")
    )
    world.send(exclude=(excluded,))
    with world.program.store.writing() as work:
        work.db.execute(readers.update().values(person_id=world.member("Hanna").person_id))
    with pytest.raises(Tampered):
        world.program.handler.cases(world.member("Hanna"))


def test_from_the_day_of_purge_on_the_vault_hands_out_nothing_that_opens(world: World) -> None:
    number = world.closed()[0].number
    store, hanna = world.program.store, world.member("Hanna").person_id
    world.later(731)
    case = desk.open_case(store, hanna, number, world.clock.now())
    assert (len(case.grants), len(case.records), len(case.blobs)) == (0, 0, 0)
    (row,) = listing.listing(store, hanna, world.clock.now(), state="closed").rows
    assert row.subject is None
