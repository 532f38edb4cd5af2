"""Two of three shares open what the recovery key was granted, for a confirmed handler; one opens nothing."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select, update

from tests.parties.test_invited_again import begin_anew
from tests.world import NO, World
from whistle.crypto.grants import seal_grant
from whistle.crypto.header import Compartment
from whistle.crypto.keys import CompartmentKey, public_key_id
from whistle.errors import NotAllowed, NotThere, RuleRefused
from whistle.parties import site_recovery
from whistle.vault import check, people, recovery, recovery_cases, recovery_proof
from whistle.vault.facts import SealedGrant
from whistle.vault.serverkeys import write_private
from whistle.vault.tables import site


@dataclass
class Paper:
    """A site with a recovery key, and the shares that its people keep."""

    world: World
    shares: tuple[str, ...]
    public_key: bytes


@pytest.fixture
def paper(sqlite_world: World) -> Paper:
    return with_key(sqlite_world)


def with_key(world: World) -> Paper:
    shares, public_key = site_recovery.new_shares()
    write_private(world.settings.keys / recovery.FILE, public_key)
    return Paper(world, shares, public_key)


def findings(world: World, kind: str) -> int:
    return sum(one.kind == kind for one in check.run(world.program.store, world.clock.now()))


def test_the_holder_is_a_fixed_function_of_the_key_and_never_a_person(paper: Paper) -> None:
    keys = paper.world.program.store.keys
    holder = recovery.holder(keys)
    assert holder is not None
    assert holder.key_id == holder.person_id == public_key_id(paper.public_key)
    assert holder.person_id not in {one.id for one in people.everybody(paper.world.program.store)}
    assert paper.world.program.site.has_recovery_key()
    # What is no key closes no channel, and shows.
    write_private(keys.folder / recovery.FILE, paper.public_key[:-1])
    assert recovery.holder(keys) is None
    assert paper.world.send().number
    assert findings(paper.world, "recovery") == 1


def test_any_two_shares_make_the_key_and_one_does_not(paper: Paper) -> None:
    first, second, third = paper.shares
    for two in ((first, second), (third, first), (second, third), ("  " + second.upper() + "\n", third)):
        assert site_recovery.pair_of(two).public_key == paper.public_key
    others, _key = site_recovery.new_shares()
    for wrong in ((), (first,), (first, first), (first, others[1]), ("abc", "def"), (first, second[:-9])):
        with pytest.raises(RuleRefused):
            site_recovery.pair_of(wrong)


def test_a_handler_who_began_anew_is_let_in_by_two_shares_and_the_ledger_says_so(world: World) -> None:
    paper, program, now = with_key(world), world.program, world.clock.now
    # Given a case with a note, and a handler who lost everything since
    receipt, hanna = world.send("Three invoices."), world.member("Hanna")
    program.handler.note(hanna, receipt.number, "I called the bank.")
    assert findings(world, "grant") == 0
    token = program.staff.invite_again(world.member("Adam"), hanna.person_id.hex())
    again = begin_anew(world, "Hanna", token)
    # While nobody has confirmed the new key, no share lets them in, and other roles never
    for nobody in ("Hanna", "Nora", "Carl", "Adam", "Lisa", "Nobody", ""):
        with pytest.raises(NotThere):
            site_recovery.give_back(program.store, receipt.number, nobody, paper.shares[:2], now())
    (waiting,) = program.keys.pending(world.member("Hugo"))
    program.keys.confirm(world.member("Hugo"), waiting.designation, program.staff.fingerprint(again))
    with pytest.raises(NotThere):
        program.handler.case(again, receipt.number)
    # When two people bring their shares
    given = site_recovery.give_back(program.store, receipt.number, "hanna", paper.shares[1:], now())
    # Then content and notes are readable again; the identity stays with the custodian
    assert given >= 2
    assert "I called the bank." in str(program.handler.case(again, receipt.number))
    lines = program.keys.ledger(world.member("Alma"), None).lines
    line = next(one for one in lines if one.action == "granted_by_recovery")
    assert (line.case_number, dict(line.facts)["person"]) == (receipt.number, "Hanna")
    assert findings(world, "grant") == findings(world, "reader") == 0


def test_a_case_from_before_the_key_and_another_companys_are_not_given(paper: Paper) -> None:
    world, store, now = paper.world, paper.world.program.store, paper.world.clock.now()
    (store.keys.folder / recovery.FILE).unlink()
    before = world.send()
    write_private(store.keys.folder / recovery.FILE, paper.public_key)
    for number in (before.number, "W-0000-0000", "x"):
        with pytest.raises(NotThere):
            site_recovery.give_back(store, number, "Hanna", paper.shares[:2], now)
    norwegian = world.send(company=NO)
    with pytest.raises(NotThere):
        site_recovery.give_back(store, norwegian.number, "Hanna", paper.shares[:2], now)
    # In a company without a custodian its handlers hold the identity, so it is given back with the rest.
    assert site_recovery.give_back(store, norwegian.number, "Nora", paper.shares[:2], now) == 2


def test_the_vault_takes_no_grant_that_is_not_the_handlers_to_have(paper: Paper) -> None:
    world, store, now = paper.world, paper.world.program.store, paper.world.clock.now()
    receipt = world.send()
    case_id = recovery_cases.sealed_case(store, receipt.number, now).status.id
    hanna, hugo = world.member("Hanna"), world.member("Hugo")

    def made(compartment: Compartment, epoch: int, to: bytes, holder: bytes) -> SealedGrant:
        return SealedGrant(holder, seal_grant(to, CompartmentKey.new(case_id, compartment, epoch)))

    for grant in (
        made(Compartment.IDENTITY, 1, hanna.pair.public_key, hanna.person_id),
        made(Compartment.CONTENT, 2, hanna.pair.public_key, hanna.person_id),
        made(Compartment.CONTENT, 1, hugo.pair.public_key, hanna.person_id),
        made(Compartment.CONTENT, 1, hugo.pair.public_key, hugo.person_id),
    ):
        with pytest.raises(NotAllowed):
            recovery_cases.give(store, receipt.number, "Hanna", [grant], now)


def test_somebody_excluded_is_let_in_by_no_share(paper: Paper) -> None:
    world, store = paper.world, paper.world.program.store
    receipt = world.send(exclude=(world.member("Hugo").pair.key_id.hex(),))
    with pytest.raises(NotThere):
        site_recovery.give_back(store, receipt.number, "Hugo", paper.shares[:2], world.clock.now())


def test_proof_is_asked_for_at_once_and_every_ninety_days(world: World) -> None:
    paper, program = with_key(world), world.program
    adam, now = world.member("Adam"), world.clock.now
    assert program.recovery.view(adam).overdue
    assert findings(world, "recovery") == 1
    question = site_recovery.challenge(program.store, now())
    answer = site_recovery.answer(question, paper.shares[:2])
    program.recovery.prove(adam, answer.lower().replace("-", " "))
    seen = program.recovery.view(adam)
    assert (seen.proved_on, seen.proved_by, seen.overdue) == (now().date(), "Adam", False)
    assert findings(world, "recovery") == 0
    # A challenge is answered once.
    with pytest.raises(RuleRefused):
        program.recovery.prove(adam, answer)
    world.later(recovery_proof.PROOF_DAYS - 1)
    assert not program.recovery.view(adam).overdue
    world.later(1)
    assert program.recovery.view(adam).overdue
    assert findings(world, "recovery") == 1


def test_only_administrators_prove_and_only_with_the_answer_that_was_asked_for(paper: Paper) -> None:
    world, program = paper.world, paper.world.program
    first = site_recovery.answer(site_recovery.challenge(program.store, world.clock.now()), paper.shares[:2])
    question = site_recovery.challenge(program.store, world.clock.now())
    right = site_recovery.answer(question, paper.shares[1:])
    for name in ("Hanna", "Carl", "Alma", "Lisa"):
        with pytest.raises(NotThere):
            program.recovery.prove(world.member(name), right)
        with pytest.raises(NotThere):
            program.recovery.view(world.member(name))
    for wrong in (first, "", "x", right[:-1], "\ud800"):
        with pytest.raises(RuleRefused):
            program.recovery.prove(world.member("Adam"), wrong)
    world.later(recovery_proof.ANSWER_DAYS + 1)
    with pytest.raises(RuleRefused):
        program.recovery.prove(world.member("Adam"), right)


def test_a_proof_of_another_key_or_one_written_into_the_database_counts_for_nothing(paper: Paper) -> None:
    world, program = paper.world, paper.world.program
    adam, store = world.member("Adam"), program.store
    question = site_recovery.challenge(store, world.clock.now())
    program.recovery.prove(adam, site_recovery.answer(question, paper.shares[:2]))
    with store.reading() as db:
        kept = db.execute(select(site.c.value).where(site.c.key == recovery_proof.PROVED)).scalar_one()
    with store.writing() as work:
        place = update(site).where(site.c.key == recovery_proof.PROVED)
        work.db.execute(place.values(value=kept.replace("2026", "2027")))
    assert program.recovery.view(adam).proved_on is None
    with store.writing() as work:
        work.db.execute(place.values(value=kept))
    assert program.recovery.view(adam).proved_on is not None
    with_key(world)
    assert program.recovery.view(adam).overdue


def test_a_question_that_is_a_cases_grant_tells_nobody_its_key(paper: Paper) -> None:
    for garbage in ("", "x", "whistle recovery challenge\n", "whistle recovery challenge\nAAAA", "\ud800"):
        with pytest.raises(RuleRefused):
            site_recovery.answer(garbage, paper.shares[:2])
    others, _key = site_recovery.new_shares()
    question = site_recovery.challenge(paper.world.program.store, paper.world.clock.now())
    with pytest.raises(RuleRefused):
        site_recovery.answer(question, others[:2])
