"""Names are taken back, custodians come and go, rows are edited: what was decided stays what counts."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, select

from tests.parties.custodians import NAME, approved, ask, desk, named
from tests.parties.newcomers import newcomer
from tests.parties.test_walls import keys_of, opened
from tests.vault.role_writing import confirm
from tests.vault.tampering import case_of, change, kinds, write
from tests.world import NO, SE, World
from whistle.crypto.grants import seal_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey, KeyPair
from whistle.crypto.records import new_object_id, seal_json
from whistle.errors import NotAllowed, NotThere, RuleRefused, Tampered
from whistle.parties.custody import Asking
from whistle.parties.member import Member
from whistle.scheduler import tick
from whistle.vault import custody as vault
from whistle.vault import exclusions
from whistle.vault.facts import SealedGrant
from whistle.vault.tables import cases, records
from whistle.vault.worktables import identity_requests

NEW_NAME = "Eva Nilsson-Marker"


def sealed_names(world: World) -> set[bytes]:
    query = select(records.c.sealed).where(records.c.compartment == int(Compartment.IDENTITY))
    with world.program.store.reading() as db:
        return {bytes(found) for found in db.execute(query).scalars()}


def passes(world: World) -> None:
    list(tick(world.program.store, world.clock.now(), lambda: None))


def test_a_name_that_nobody_has_seen_is_destroyed_and_an_empty_record_stands_there(world: World) -> None:
    number, secret = named(world)
    reporter = world.program.reporter
    reporter.identify(secret, NEW_NAME, "")
    before = sealed_names(world)
    ask(world, number)
    reporter.withdraw_identity(secret)
    assert not before & sealed_names(world)
    assert len(before) == len(sealed_names(world))
    assert (reporter.open(secret).identity_given_on, desk(world, number).given_on) == (None, None)
    with pytest.raises(RuleRefused):
        reporter.withdraw_identity(secret)
    # Whoever was allowed to look finds nothing, and a new name can be given.
    custody = world.program.custody
    custody.decide(world.member("Carl"), desk(world, number).requests[0].id, "approve", "")
    assert custody.open(world.member("Hanna"), number).name == ""
    reporter.identify(secret, NAME, "")
    assert custody.open(world.member("Hanna"), number).name == NAME
    with pytest.raises(RuleRefused) as refused:
        reporter.withdraw_identity(secret)
    assert refused.value.reason == "opened"
    assert kinds(world) == set()


def test_a_name_taken_back_is_gone_from_the_files_of_the_database_too(sqlite_world: World) -> None:
    world = sqlite_world
    _number, secret = named(world)
    (piece,) = {sealed[200:264] for sealed in sealed_names(world)}
    world.program.reporter.withdraw_identity(secret)
    passes(world)
    folder = world.settings.data
    found = [path for path in folder.rglob("*") if path.is_file() and piece in path.read_bytes()]
    assert found == []


def test_a_new_custodian_answers_for_old_cases_once_a_colleague_opened_them(world: World) -> None:
    number, _secret = named(world)
    newcomer(world, "Cecilia", [("custodian", SE)])
    for _round in range(2):
        for name in ("Carl", "Adam", "Bea"):
            try:
                confirm(world, name, "Cecilia")
            except NotThere:
                continue
    request = ask(world, number)
    custody, cecilia = world.program.custody, world.member("Cecilia")
    (waiting,) = custody.desk(cecilia).waiting
    assert not waiting.has_key
    with pytest.raises(RuleRefused) as refused:
        custody.decide(cecilia, request, "approve", "")
    assert refused.value.reason == "no_key"
    assert custody.desk(world.member("Carl")).lacking_people == ("Cecilia",)
    assert custody.grant_colleagues(world.member("Carl")) == 0
    assert custody.desk(world.member("Carl")).lacking_cases == 0
    custody.decide(cecilia, request, "approve", "")
    assert custody.open(world.member("Hanna"), number).name == NAME
    assert kinds(world) == set()


def test_a_first_custodian_takes_over_what_handlers_kept(world: World) -> None:
    number, _secret = named(world, company=NO)
    newcomer(world, "Kari", [("custodian", NO)])
    for name in ("Adam", "Bea"):
        try:
            confirm(world, name, "Kari")
        except NotThere:
            continue
    assert world.program.custody.desk(world.member("Kari")).waiting == ()
    request = ask(world, number, "Nora")
    passes(world)
    nora = keys_of(world, KeyPair.from_seed(world.secrets.seeds["Nora"]))
    assert opened(world, nora) == {Compartment.CONTENT}
    with pytest.raises(NotThere):
        world.program.custody.open_directly(world.member("Nora"), number, Asking("Again."))
    world.program.custody.decide(world.member("Kari"), request, "approve", "")
    assert world.program.custody.open(world.member("Nora"), number).name == NAME


def test_a_row_that_was_edited_gives_nothing_and_shows(world: World) -> None:
    number, _secret = named(world)
    request = ask(world, number)
    forever = world.clock.now().date() + timedelta(days=9999)
    place = {"id": bytes.fromhex(request)}
    change(world, identity_requests, place, state="approved", ends_on=forever)
    with pytest.raises(NotThere):
        world.program.custody.open(world.member("Hanna"), number)
    assert "identity_request" in kinds(world)
    change(world, identity_requests, place, state="waiting", ends_on=None)
    assert kinds(world) == set()
    change(world, identity_requests, place, would_hinder=True)
    assert world.program.custody.desk(world.member("Carl")).waiting == ()
    with pytest.raises((NotThere, Tampered)):
        world.program.custody.decide(world.member("Carl"), request, "approve", "")


def test_an_end_moved_forward_in_the_database_ends_it_at_once(world: World) -> None:
    number, _secret = named(world)
    approved(world, number)
    change(world, identity_requests, {"state": "approved"}, ends_on=world.clock.now().date() + timedelta(999))
    with pytest.raises(NotThere):
        world.program.custody.open(world.member("Hanna"), number)
    assert {"identity_request", "identity_overdue"} <= kinds(world)
    passes(world)
    assert "identity_overdue" not in kinds(world)
    hanna = keys_of(world, KeyPair.from_seed(world.secrets.seeds["Hanna"]))
    assert Compartment.IDENTITY not in hanna


def test_a_request_deleted_from_the_table_leaves_no_key_behind(world: World) -> None:
    number, _secret = named(world)
    approved(world, number)
    write(world, delete(identity_requests))
    passes(world)
    hanna = keys_of(world, KeyPair.from_seed(world.secrets.seeds["Hanna"]))
    assert Compartment.IDENTITY not in hanna


def test_who_is_excluded_loses_what_was_approved(world: World) -> None:
    number, _secret = named(world)
    approved(world, number, "Hugo")
    case, hugo = case_of(world, number), world.member("Hugo").person_id
    more = exclusions.with_more(world.program.store.keys, SimpleNamespace(**case), [hugo])
    change(world, cases, {"id": case["id"]}, excluded=more)
    passes(world)
    assert desk(world, number).requests[0].state == "ended"
    held = keys_of(world, KeyPair.from_seed(world.secrets.seeds["Hugo"]))
    assert Compartment.IDENTITY not in held


def test_a_key_made_up_by_a_custodian_is_not_handed_over(world: World) -> None:
    number, _secret = named(world)
    request = bytes.fromhex(ask(world, number))
    store, now = world.program.store, world.clock.now()
    carl, hanna = world.member("Carl"), world.member("Hanna")
    case_id = bytes(case_of(world, number)["id"])
    body = {"type": "decision", "n": 2, "by": "Carl", "day": "2026-03-02"}
    answer = seal_json(CompartmentKey.new(request, Compartment.CONTENT, 1), new_object_id(), body)

    def decides(key: CompartmentKey, to: Member, of: Member) -> None:
        grants = (SealedGrant(to.person_id, seal_grant(of.pair.public_key, key)),)
        vault.decide(store, carl.person_id, request, vault.Decision(True, answer, grants), now)

    invented = CompartmentKey.new(case_id, Compartment.IDENTITY, 1)
    real = keys_of(world, KeyPair.from_seed(world.secrets.seeds["Carl"]))[Compartment.IDENTITY]
    for key, to, of in ((invented, hanna, hanna), (real, world.member("Hugo"), world.member("Hugo")),
                        (real, hanna, world.member("Hugo"))):  # fmt: skip
        with pytest.raises(NotAllowed):
            decides(key, to, of)
    decides(real, hanna, hanna)
    assert world.program.custody.open(hanna, number).name == NAME
    # What was sealed as the answer's reason opens to nobody; it does not take the case's page with it.
    assert desk(world, number).requests[0].decision_reason == ""


def test_a_case_that_was_changed_past_its_page_keeps_no_other_from_ending(world: World) -> None:
    broken, _secret = named(world)
    approved(world, broken)
    number, _secret = named(world)
    approved(world, number)
    change(world, cases, {"number": broken}, inventory_mac=bytes(32))
    world.later(31)
    passes(world)
    assert desk(world, number).requests[0].state == "ended"
