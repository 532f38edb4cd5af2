"""What points to a reporter leaves on their yes, or where a cited law demands it and they were told."""

import pytest

from tests.parties.custodians import HINDERS, approved, named
from tests.vault.joining import joins
from tests.vault.tampering import case_of, change, kinds
from tests.world import NO, World
from whistle.errors import Conflict, NotThere, RuleRefused, StepUpNeeded, Tampered
from whistle.parties.consents import Disclosure
from whistle.parties.custody_views import ConsentView
from whistle.parties.report_form import FormRefused
from whistle.vault import consents as vault
from whistle.vault.worktables import consents

SAID = {"recipient": "Polismyndigheten", "purpose": "They inquire into it.", "what": "Marker of what."}
LAW = {"basis": "law", "provision": "27 kap. 1 § RB"}


def ask(world: World, number: str, who: str = "Hanna", **said: object) -> str:
    wanted = Disclosure(**({"basis": "consent"} | SAID | said))  # type: ignore[arg-type]
    return world.program.consents.ask(world.member(who), number, wanted)


def of(world: World, number: str) -> ConsentView:
    return world.program.consents.of(world.member("Hanna"), number)[-1]


def done(world: World, number: str, consent: str, *, with_identity: bool = False, fresh: bool = True) -> None:
    hanna = world.member("Hanna", fresh=fresh)
    world.program.consents.carry_out(hanna, number, consent, with_identity=with_identity)


def reason(world: World, number: str, consent: str, *, with_identity: bool = False) -> str:
    with pytest.raises(RuleRefused) as refused:
        done(world, number, consent, with_identity=with_identity)
    return refused.value.reason


def test_nothing_is_handed_over_before_the_reporter_says_yes_and_not_after_they_took_it_back(
    world: World,
) -> None:
    number, secret = named(world)
    consent = ask(world, number)
    reporter = world.program.reporter
    (seen,) = reporter.open(secret).consents
    assert (seen.recipient, seen.purpose, seen.what) == tuple(SAID.values())
    assert reason(world, number, consent) == "no_consent"
    reporter.consent(secret, consent, "yes")
    assert world.program.consents.standing(world.member("Hanna"), number)[0].id == consent
    reporter.consent(secret, consent, "no")
    assert (of(world, number).state, reason(world, number, consent)) == ("withdrawn", "no_consent")
    reporter.consent(secret, consent, "yes")
    with pytest.raises(StepUpNeeded):
        done(world, number, consent, fresh=False)
    done(world, number, consent)
    assert of(world, number).state == "carried_out"
    with pytest.raises(RuleRefused) as refused:
        reporter.consent(secret, consent, "no")
    assert refused.value.reason == "carried_out"
    assert reason(world, number, consent) == "no_consent"


def test_a_law_is_cited_and_the_reporter_is_told_before_it_can_be_done(world: World) -> None:
    number, secret = named(world)
    with pytest.raises(RuleRefused):
        ask(world, number, basis="law", provision="a law")
    with pytest.raises(RuleRefused):
        ask(world, number, basis="need")
    for missing in SAID:
        with pytest.raises(FormRefused):
            ask(world, number, **{missing: " "})
    consent = ask(world, number, **LAW)
    entry = world.program.reporter.open(secret).entries[-1]
    assert entry.kind == "disclosure"
    assert all(part in entry.text for part in (*SAID.values(), "27 kap. 1 § RB"))
    with pytest.raises(NotThere):
        world.program.reporter.consent(secret, consent, "no")
    done(world, number, consent)
    assert world.program.reporter.open(secret).consents[0].carried_out_on is not None


def test_who_cannot_be_told_yet_is_told_when_the_danger_is_over_and_somebody_is_reminded(
    world: World,
) -> None:
    number, secret = named(world)
    with pytest.raises(FormRefused):
        ask(world, number, **LAW, endangers=True)
    consent = ask(world, number, **LAW, endangers=True, endangers_reason=HINDERS)
    case = world.program.reporter.open(secret)
    assert (len(case.entries), case.consents) == (1, ())
    assert of(world, number).endangers_reason == HINDERS
    done(world, number, consent)
    world.later(90)
    assert "disclosure_untold" in kinds(world)
    world.program.consents.tell(world.member("Hanna"), number, consent)
    with pytest.raises(Conflict):
        world.program.consents.tell(world.member("Hanna"), number, consent)
    assert "disclosure_untold" not in kinds(world)
    case = world.program.reporter.open(secret)
    assert SAID["what"] in case.entries[-1].text
    assert HINDERS not in repr(case)


def test_who_the_reporter_is_leaves_only_while_an_approval_stands(world: World) -> None:
    number, _secret = named(world)
    consent = ask(world, number, **LAW)
    assert reason(world, number, consent, with_identity=True) == "no_approval"
    approved(world, number)
    store = world.program.store
    with store.reading() as db:
        case_id = bytes(case_of(world, number)["id"])
        assert vault.allows_identity(db, store.keys, case_id, bytes.fromhex(consent))
        assert not vault.allows_identity(db, store.keys, case_id, bytes(16))
    done(world, number, consent, with_identity=True)


def test_others_cases_and_ids_that_are_none_are_not_there(world: World) -> None:
    number, secret = named(world)
    consent = ask(world, number)
    other, stranger = named(world)
    for wrong in (consent, "0" * 32, "zz"):
        with pytest.raises(NotThere):
            world.program.reporter.consent(stranger, wrong, "yes")
        with pytest.raises(NotThere):
            done(world, other, wrong)
    for name in ("Nora", "Carl", "Lisa", "Adam"):
        with pytest.raises(NotThere):
            ask(world, number, name)
    with pytest.raises(RuleRefused):
        world.program.reporter.consent(secret, consent, "perhaps")


def test_a_yes_that_was_written_past_the_page_does_not_count_and_shows(sqlite_world: World) -> None:
    world = sqlite_world
    number, _secret = named(world, company=NO)
    wanted = Disclosure("consent", *SAID.values())
    consent = world.program.consents.ask(world.member("Nora"), number, wanted)
    change(world, consents, {"id": bytes.fromhex(consent)}, state="agreed")
    assert "consent" in kinds(world)
    assert world.program.consents.of(world.member("Nora"), number) == ()
    with pytest.raises(Tampered):
        vault.carry_out(
            world.program.store, world.member("Nora").person_id, number, bytes.fromhex(consent),
            world.clock.now(), with_identity=False,
        )  # fmt: skip


def test_a_shared_handler_asks_nobody_for_consent(world: World) -> None:
    signe = joins(world, "Signe", shared=True)
    number, _secret = named(world)
    with pytest.raises(RuleRefused) as refused:
        world.program.consents.ask(signe, number, Disclosure("consent", *SAID.values()))
    assert refused.value.reason == "shared"


def test_the_vault_itself_refuses_what_nobody_agreed_to(world: World) -> None:
    number, secret = named(world)
    consent, hanna = bytes.fromhex(ask(world, number)), world.member("Hanna").person_id
    store, now = world.program.store, world.clock.now()
    with pytest.raises(RuleRefused) as refused:
        vault.carry_out(store, hanna, number, consent, now, with_identity=False)
    assert refused.value.reason == "no_consent"
    world.program.reporter.consent(secret, consent.hex(), "yes")
    vault.carry_out(store, hanna, number, consent, now, with_identity=False)
