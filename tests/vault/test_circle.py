"""Who works on a case, tried by everybody whom it is refused to, and by those who leave in between."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.parties.test_epochs import begun, held_by, opened_by, texts, write
from tests.vault.joining import joins
from tests.vault.tampering import case_of, findings, rows
from tests.world import World
from whistle.crypto.grants import seal_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey
from whistle.errors import NotThere, RuleRefused
from whistle.parties.member import Member
from whistle.parties.report_form import FormRefused
from whistle.vault import circle, journal, withdrawals
from whistle.vault.facts import SealedGrant
from whistle.vault.tables import designations, grants, readers
from whistle.vault.worktables import mails


def ref(member: Member) -> str:
    return member.person_id.hex()


def reason_of(refused: pytest.ExceptionInfo[RuleRefused]) -> str:
    return refused.value.reason


def test_a_new_handler_has_nothing_old_until_a_colleague_grants_it(world: World) -> None:
    number, _secret = begun(world)
    helga, handler = joins(world, "Helga"), world.program.handler
    with pytest.raises(NotThere):
        handler.case(helga, number)
    assert handler.cases(helga).rows == ()
    hanna = world.member("Hanna")
    offered = handler.case(hanna, number).circle.lacking
    assert [one.name for one in offered] == ["Helga"]
    world.program.circle.grant(hanna, number, ref(helga))
    world.program.circle.grant(hanna, number, ref(helga))  # a double click is one grant
    assert texts(world, "Helga", number) == ["The first words.", "The first note."]
    handler.note(helga, number, "I am here.")
    assert [row.number for row in handler.cases(helga).rows] == [number]
    lines = [line.action for line in world.program.keys.ledger(world.member("Alma"), None).lines]
    assert lines.count("granted") == 1
    assert findings(world) == []


def test_a_case_is_granted_to_no_other_company_no_other_role_and_nobody_invented(world: World) -> None:
    number, _secret = begun(world)
    hanna = world.member("Hanna")
    for name in ("Nora", "Carl", "Lisa", "Adam", "Alma", "Olle", "Disa"):
        with pytest.raises(NotThere):
            world.program.circle.grant(hanna, number, ref(world.member(name)))
    for nobody in ("", "00", "zz", "00" * 16):
        with pytest.raises(NotThere):
            world.program.circle.grant(hanna, number, nobody)
    for name in ("Nora", "Carl", "Lisa", "Adam", "Alma", "Olle", "Disa"):
        with pytest.raises(NotThere):  # nor does anybody grant what they do not work on
            world.program.circle.grant(world.member(name), number, ref(joins(world, "Helga")))


def test_a_grant_of_other_keys_or_not_of_all_is_refused(sqlite_world: World) -> None:
    world = sqlite_world
    number, _secret = begun(world)
    helga, hanna = joins(world, "Helga"), world.member("Hanna")
    store, now, case = world.program.store, world.clock.now(), case_of(world, number)
    keys = held_by(world, hanna, number)
    wrong = [CompartmentKey.new(case["id"], key.compartment, key.epoch) for key in keys]
    for handed in (keys[:1], [], wrong, [*keys, CompartmentKey.new(case["id"], Compartment.IDENTITY, 1)]):
        made = [SealedGrant(helga.person_id, seal_grant(helga.pair.public_key, key)) for key in handed]
        with pytest.raises(RuleRefused) as refused:
            circle.grant(store, hanna.person_id, number, helga.person_id, made, now)
        assert reason_of(refused) == "epoch"
    assert rows(world, grants, holder_id=helga.person_id) == []


def test_all_open_cases_are_granted_in_steps_that_go_on_where_they_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whistle.parties.circle.BATCH", 2)
    numbers = {world.send(f"Case {at}.").number for at in range(5)}
    helga, hanna = joins(world, "Helga"), world.member("Hanna")
    shut_out = world.send("About Helga.", exclude=(helga.pair.key_id.hex(),)).number
    (one,) = world.program.circle.newcomers(hanna)
    assert (one.name, one.cases.value, one.cases.more) == ("Helga", 5, False)
    left = [world.program.circle.grant_all(hanna, one.ref, one.company).left.value for _step in range(3)]
    assert left == [3, 1, 0]
    assert world.program.circle.newcomers(hanna) == ()
    mine = {row.number for row in world.program.handler.cases(helga).rows}
    assert mine == numbers
    assert shut_out not in mine
    some = world.program.circle.grant_all(world.member("Lisa"), one.ref, one.company)
    assert (some.granted, some.left.value) == (0, 0)
    assert findings(world) == []


def test_who_is_shut_out_loses_the_case_and_every_key_of_what_comes(world: World) -> None:
    number, secret = begun(world)
    hanna, hugo = world.member("Hanna"), world.member("Hugo")
    kept = held_by(world, hanna, number)
    before = opened_by(world, number, kept)
    world.program.circle.exclude(hugo, number, ref(hanna), "Her brother is named in it.")
    with pytest.raises(NotThere):
        world.program.handler.case(hanna, number)
    assert world.program.handler.cases(hanna).rows == ()
    write(world, secret, "More words.")
    # The reason, too, is sealed under a key that she never had; she learns that new keys came, no more.
    came = opened_by(world, number, kept) - before
    assert len(came) == 2
    (shown,) = world.program.handler.case(hugo, number).circle.excluded
    assert (shown.name, shown.by, shown.reason) == ("Hanna", "Hugo", "Her brother is named in it.")
    with pytest.raises(RuleRefused) as refused:
        world.program.circle.grant(hugo, number, ref(hanna))
    assert reason_of(refused) == "excluded"
    told = [line["kind"] for line in _journal(world)]
    assert told[-2:] == ["excluded", "grants_withdrawn"]
    assert findings(world) == []


def test_what_a_handler_declared_is_taken_back_by_another_and_what_the_reporter_chose_never(
    world: World,
) -> None:
    joins(world, "Hilda")
    hanna, hugo, lisa = (world.member(name) for name in ("Hanna", "Hugo", "Lisa"))
    number = world.send("About Lisa.", exclude=(lisa.pair.key_id.hex(),)).number
    party = world.program.circle
    party.exclude(hugo, number, ref(hanna), "A cousin.")
    for person, by, why in ((lisa, hugo, "reporter_chose"), (hanna, hugo, "same_person")):
        with pytest.raises(RuleRefused) as refused:
            party.lift(by, number, ref(person), "It was a mistake.")
        assert reason_of(refused) == why
    hilda = world.member("Hilda")
    assert [one.name for one in world.program.handler.case(hilda, number).circle.liftable] == ["Hanna"]
    party.lift(hilda, number, ref(hanna), "Another family of the same name.")
    with pytest.raises(NotThere):
        party.lift(hilda, number, ref(hanna), "Once more.")
    party.grant(hilda, number, ref(hanna))
    assert "About Lisa." in texts(world, "Hanna", number)
    assert [one.name for one in world.program.handler.case(hanna, number).circle.excluded] == ["Lisa"]
    assert findings(world) == []


def test_nobody_is_left_alone_with_a_case_by_shutting_out_the_only_colleague(world: World) -> None:
    number = world.send().number
    hanna, hugo, disa = (world.member(name) for name in ("Hanna", "Hugo", "Disa"))
    world.program.circle.exclude(hanna, number, ref(hugo), "He signed the invoices.")
    workers = {one.name: one.role for one in world.program.handler.case(hanna, number).circle.workers}
    assert workers == {"Hanna": "handler", "Disa": "deputy"}
    assert texts(world, "Disa", number)[0].startswith("Three invoices")
    with pytest.raises(RuleRefused) as refused:
        world.program.circle.exclude(hanna, number, ref(disa), "She too.")
    assert reason_of(refused) == "alone"
    with pytest.raises(FormRefused):
        world.program.circle.exclude(hanna, number, ref(disa), "  ")
    assert findings(world) == []


def test_the_last_to_declare_a_conflict_hands_the_case_over_and_without_a_deputy_it_waits(
    world: World,
) -> None:
    receipt = world.send("About both.")
    number, secret = receipt.number, world.enter(receipt)
    party, disa = world.program.circle, world.member("Disa")
    party.declare_conflict(world.member("Hanna"), number, "My sister.")
    with pytest.raises(NotThere):
        world.program.handler.case(disa, number)
    assert world.program.handler.case(world.member("Hugo"), number).circle.successors == ("Disa",)
    party.declare_conflict(world.member("Hugo"), number, "My department.")
    assert texts(world, "Disa", number)[0] == "About both."
    shown = world.program.handler.case(disa, number).circle.excluded
    assert [(one.name, one.reason) for one in shown] == [("Hanna", "My sister."), ("Hugo", "My department.")]
    assert findings(world) == []
    party.declare_conflict(disa, number, "I as well.")
    assert rows(world, readers) == []
    assert len(rows(world, mails)) <= 1
    assert {finding.kind for finding in findings(world)} == {"no_handler"}
    assert world.program.reporter.open(secret).nobody_reads
    assert world.program.reporter.open(secret).nobody_reads
    helga = joins(world, "Helga")
    assert not world.program.reporter.open(secret).nobody_reads
    assert texts(world, "Helga", number) == ["About both."]
    world.program.handler.note(helga, number, "From the start.")
    assert findings(world) == []


def test_a_report_that_excludes_all_handlers_goes_to_the_deputy_and_else_waits_with_the_board_told(
    world: World,
) -> None:
    out = tuple(world.member(name).pair.key_id.hex() for name in ("Hanna", "Hugo"))
    number = world.send("About the handlers.", exclude=out).number
    assert texts(world, "Disa", number) == ["About the handlers."]
    assert findings(world) == []
    everybody = (*out, world.member("Disa").pair.key_id.hex())
    receipt = world.send("About all.", exclude=everybody)
    assert [f.kind for f in findings(world)] == ["no_handler"]
    assert world.program.reporter.open(world.enter(receipt)).nobody_reads
    with pytest.raises(FormRefused):
        world.send("About nobody.", exclude=("00" * 16,))


def test_an_investigator_reads_one_case_adds_notes_and_does_nothing_else_until_the_day(world: World) -> None:
    number, _secret = begun(world)
    other = world.send("Another case.").number
    nora, hanna = world.member("Nora"), world.member("Hanna")
    until = (world.clock.now() + timedelta(days=30)).date().isoformat()
    party, handler = world.program.circle, world.program.handler
    party.name_investigator(hanna, number, ref(nora), until, "Agreement 2026-17")
    with pytest.raises(NotThere):  # a key counts once a handler of the case confirmed it
        party.grant(hanna, number, ref(nora))
    confirm(world, "Hugo", "Nora")
    party.grant(hanna, number, ref(nora))
    assert [row.number for row in handler.cases(nora).rows] == [number]
    assert texts(world, "Nora", number) == ["The first words.", "The first note."]
    handler.note(nora, number, "I have looked.")
    view = handler.case(nora, number).circle
    assert not view.may_change
    for doing in (
        lambda: handler.message(nora, number, "Hello."),
        lambda: handler.acknowledge(nora, number, "Received."),
        lambda: handler.feedback(nora, number, "Done."),
        lambda: party.exclude(nora, number, ref(hanna), "Hm."),
        lambda: party.name_investigator(nora, number, ref(world.member("Nils")), until, "More"),
    ):
        with pytest.raises(RuleRefused) as refused:
            doing()
        assert reason_of(refused) == "investigator"
    with pytest.raises(NotThere):
        handler.case(nora, other)
    assert findings(world) == []
    world.later(30)
    with pytest.raises(NotThere):
        handler.case(nora, number)
    assert handler.cases(nora).rows == ()
    assert withdrawals.withdraw_after_designations(world.program.store, world.clock.now()) == 1
    assert rows(world, grants, holder_id=nora.person_id) == []
    assert findings(world) == []


@pytest.mark.parametrize("days", [0, -1, 366, 4000])
def test_an_investigators_last_day_is_ahead_and_within_twelve_months(sqlite_world: World, days: int) -> None:
    world = sqlite_world
    number, _secret = begun(world)
    until = (world.clock.now() + timedelta(days=days)).date().isoformat()
    nora = ref(world.member("Nora"))
    with pytest.raises(RuleRefused) as refused:
        world.program.circle.name_investigator(world.member("Hanna"), number, nora, until, "17")
    assert reason_of(refused) == "term"
    with pytest.raises(NotThere):  # who has a role in the company is none from outside (L14)
        world.program.circle.name_investigator(
            world.member("Hanna"), number, ref(world.member("Lisa")), "2026-04-01", "17"
        )


def test_a_forged_investigator_reads_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    number, _secret = begun(world)
    nora, hanna, case = world.member("Nora"), world.member("Hanna"), case_of(world, number)
    world.program.circle.name_investigator(hanna, number, ref(nora), "2026-04-01", "17")
    with world.program.store.writing() as work:
        mine = designations.c.role == "investigator"
        forged = update(designations).where(mine).values(mac=bytes(32), key_id=nora.pair.key_id)
        work.db.execute(forged)
    with pytest.raises(NotThere):
        world.program.circle.grant(hanna, number, ref(nora))
    assert not rows(world, readers, person_id=nora.person_id, case_id=case["id"])


def confirm(world: World, by: str, whose: str) -> None:
    spoken = world.program.staff.fingerprint(world.member(whose))
    (waiting,) = world.program.keys.pending(world.member(by))
    assert world.program.keys.confirm(world.member(by), waiting.designation, spoken)


def _journal(world: World) -> list[dict[str, object]]:
    keys = world.program.store.keys
    return list(journal.read(world.settings.keys / "journal", keys.verifying))
