"""A house in which everything has been done at least once, so that every page has something to show."""

from dataclasses import dataclass
from datetime import timedelta

from tests.parties.asking import answer, proved, verified
from tests.parties.breaches import breach
from tests.parties.connecting import EMAIL, Fake, found, hung, line
from tests.parties.test_holding import ask_of_two
from tests.world import FI, SE, World
from whistle import scheduler
from whistle.connect.contract import Outcome, Provenance, Result
from whistle.parties.concerned import Said
from whistle.parties.consents import Disclosure
from whistle.parties.custody import Asking
from whistle.parties.redactions import EraseForm
from whistle.parties.request_decisions import Said as Decided
from whistle.parties.request_sources import ALL
from whistle.parties.work import Measure
from whistle.rules.policy_codes import Basis
from whistle.rules.triage import Chosen
from whistle.vault import people

RIGHTS = ("access", "erasure", "portability", "compensation")
LONG_STORY = "Drums of solvent leak into the brook behind the yard. " * 12
TWO_YEARS = 731


@dataclass(frozen=True)
class Worked:
    """What addresses are made of."""

    number: str
    case_key: str
    purged: str
    held: str
    hold: str
    request: str
    person: str
    role: str
    invitation: str
    ask: str
    privacy: str
    copy: str
    fetched: str
    incident: str


def case_with_everything(world: World) -> tuple[str, str]:
    """A case in which everything a handler does has been done, and its key."""
    receipt, hanna, work = world.send(meeting="Call me."), world.member("Hanna"), world.program.casework
    number, other = receipt.number, world.send().number
    day, review = world.clock.now().date().isoformat(), _days_on(world, 60)
    work.concerned.decide(hanna, number, Said("undecided", person="Bo Ek, purchasing"))
    work.concerned.decide(hanna, number, Said("deferred", ground="secrecy", review_on=review))
    work.concerned.decide(hanna, number, Said("informed", person="The site manager", how="By letter"))
    work.sheet.triage(hanna, number, Chosen("unclear", "", ""), "Too little is known.")
    work.sheet.triage(hanna, number, Chosen("yes", "high", "now"), "Drums leak.")
    work.sheet.measure(hanna, number, Measure("Stop the trucks", "Site manager", day, day))
    work.sheet.protect(hanna, number, "Their rota was changed.", "Asked every week how they are.")
    work.sheet.link(hanna, number, other)
    work.sheet.assign(hanna, number, hanna.person_id.hex())
    world.program.handler.note(hanna, number, "Ask the auditor.", "draft")
    assert receipt.case_key is not None
    secret = world.program.reporter.enter(receipt.case_key).secret
    world.program.casework.asked.ask(secret, "I ask for: See what is kept about me.")
    work.minutes.write(hanna, number, "They saw three drums.", "call", "")
    return number, receipt.case_key


def house_at_work(world: World) -> Worked:
    """Cases in every state, a request, a disclosure, an erasure and a hold that wait, and an invitation."""
    purged, _secret = world.closed()
    turned_away(world)
    world.later(TWO_YEARS)
    assert list(scheduler.tick(world.program.store, world.clock.now(), world.program.sessions.sweep))
    _late(world)
    turned_away(world)
    held, _secret = world.closed()
    hold = world.program.legal.place(
        world.member("Lisa"), held.number, "court_ruling", "Svea hovrätt, T 77-26", "", _days_on(world, 90)
    )
    ask = ask_of_two(world, [held.number, world.send().number])
    number, key = case_with_everything(world)
    _wait_for_others(world, number, key)
    bea = people.everybody(world.program.store, world.clock.now())[1]
    return Worked(
        number, key, purged.number, held.number, hold,
        world.program.custody.desk(world.member("Carl")).waiting[0].id,
        bea.id.hex(), bea.designations[0].id.hex(), _invited(world), ask,
        *_requests(world), incident(world),
    )  # fmt: skip


def _requests(world: World) -> tuple[str, str, str]:
    """A privacy request with everything that can be done to it, and the copy of it."""
    asker = verified(world, rights=RIGHTS, files=[("letter.txt", b"Words.")])
    desk, olle = world.program.privacy.desk, world.member("Olle")
    reasons = "The relation has not ended, so the data is needed until it has."
    desk.decide(olle, asker.number, Decided("erasure", "customer", "no", "GDPR 17(3)(b)", reasons))
    desk.open_task(olle, asker.number, "The printer", "erasure")
    desk.notice(olle, asker.number, reasons, "200 kr")
    fetched = _fetched(world, asker.number)
    answer(world, asker, LONG_STORY)
    return asker.number, world.program.privacy.copies.copies(world.member("Hanna"))[0].number, fetched


def _fetched(world: World, number: str) -> str:
    """Systems of which one answered, and one with another person; some is chosen."""
    story = line(Provenance.OBSERVED, Basis.LEGITIMATE_INTEREST, **{"What was said": LONG_STORY})
    lines = [
        line(name="Eva Lind", a_long_word="Anläggningsidentifikationsnummer" * 5),
        story,
        *[line()] * 2,
    ]
    wrong = Outcome(Result.OTHER_PERSON, place="records[12].identifier")
    sources, olle = hung(world, Fake(found(*lines), wrong)), world.member("Olle")
    sources.fetch(olle, number, ALL, EMAIL)
    n = sources.page(olle, number).sources[0].n
    sources.choose(olle, number, n, range(4))
    return str(n)


def turned_away(world: World) -> None:
    """A request that is closed and counted: of somebody who could not be known."""
    number = proved(world, email="somebody@else.example").number
    world.program.privacy.desk.turn_away(world.member("Olle"), number, "Nobody of this name is known to us.")


def incident(world: World) -> str:
    """An incident of which everything is written but whether anybody is told."""
    incidents, olle = world.program.privacy.incidents, world.member("Olle")
    number = incidents.report(olle, "nordvakt-se", breach(world))
    incidents.add(olle, number, breach(world, measures="The mailbox was emptied. " * 5), closing=False)
    return number


def _late(world: World) -> None:
    """A case whose line in the list has the longest words: overdue, and with somebody responsible."""
    hugo = world.member("Hugo")
    number = world.send("Goods that nobody ordered were paid for twice.", company=FI).number
    world.program.handler.acknowledge(hugo, number, "Thank you.")
    world.program.casework.sheet.assign(hugo, number, world.member("Fia").person_id.hex())
    world.later(40)


def _wait_for_others(world: World, number: str, key: str) -> None:
    """What somebody else has to answer: a custodian, the reporter, a second handler."""
    hanna, reporter = world.member("Hanna"), world.program.reporter
    secret = reporter.enter(key).secret
    sending = reporter.writing(secret)
    sink = sending.open_file("brook in may.txt", "text/plain")
    sink.write(b"Seen at noon.")
    sink.finish()
    reporter.message(secret, sending, LONG_STORY)
    reporter.identify(secret, "Kim Holm", "070-174 06 99")
    world.program.custody.ask(hanna, number, Asking("Only they can say where the drums stand."))
    asked = Disclosure("consent", "The county board", "They inspect the brook.", "Where you saw the drums.")
    world.program.consents.ask(hanna, number, asked)
    passage = LONG_STORY.strip()
    entry = next(one for one in world.program.handler.case(hanna, number).entries if passage in one.text)
    world.program.redactions.erase(
        hanna, number, EraseForm(f"content-{entry.n}", passage=passage, ground="not_relevant")
    )


def _invited(world: World) -> str:
    now, machine = world.clock.now(), world.clock.machine()
    roles = [("handler", SE)]
    return people.invite(
        world.program.store, "Ida", "ida@nordvakt.example", "Head of audit", roles, now, machine, actor="init"
    )


def _days_on(world: World, days: int) -> str:
    return (world.clock.now() + timedelta(days=days)).date().isoformat()
