"""Two people act on one case at once: nothing is lost, nothing is half done, and the second is told."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.parties.apart import in_processes, in_threads
from tests.parties.custodians import ask as ask_identity
from tests.parties.test_consents import LAW
from tests.parties.test_consents import ask as ask_consent
from tests.vault.joining import joins
from tests.vault.tampering import case_of, findings, rows
from tests.world import World
from whistle import app
from whistle.crypto.keys import KeyPair
from whistle.errors import Conflict, NotThere, RuleRefused
from whistle.parties.concerned import Said
from whistle.parties.member import Member
from whistle.parties.redactions import EraseForm
from whistle.parties.report_form import FormRefused
from whistle.parties.work import Measure
from whistle.rules.triage import Chosen
from whistle.vault.tables import designations, ledger, records

TOLD = (Conflict, RuleRefused, NotThere, FormRefused)
"""What the second is told: somebody was faster, or what the form names is not there any more."""

TEXT = "Her son Olle is in hospital, she said. He paid three invoices."
Two = Callable[[World, str], list[Callable[[], Any]]]


@dataclass(frozen=True)
class Race:
    """What two do at once: `done` of them are done, and so many lines of `action` say so."""

    name: str
    action: str
    done: int
    two: Two
    lines: int | None = None


def both(act: Callable[[World, Member, str], Any], *people: str) -> Two:
    """The same by two, each with words of their own; what they need is there before they set off."""

    def made(world: World, number: str) -> list[Callable[[], Any]]:
        who = [world.member(name) for name in people or ("Hanna", "Hugo")]
        return [partial(act, world, one, number) for one in who]

    return made


def _assign(world: World, who: Member, number: str) -> None:
    world.program.casework.sheet.assign(who, number, who.person_id.hex())


def _triage(world: World, who: Member, number: str) -> None:
    world.program.casework.sheet.triage(who, number, Chosen("yes", "high", "now"), who.name, 0)


def _protect(world: World, who: Member, number: str) -> None:
    world.program.casework.sheet.protect(who, number, who.name, "", 0)


def _measure(world: World, who: Member, number: str) -> None:
    world.program.casework.sheet.measure(who, number, Measure(f"By {who.name}"))


def _concerned(world: World, who: Member, number: str) -> None:
    world.program.casework.concerned.decide(who, number, Said("informed", person="Bo Ek", remark=who.name), 0)


def _minutes(world: World, who: Member, number: str) -> None:
    world.program.casework.minutes.write(who, number, f"We met. {who.name}", "call", "")


def _erase(world: World, who: Member, number: str) -> None:
    form = EraseForm(entry="content-1", passage="Her son Olle is in hospital", which="1", ground="sensitive")
    world.program.redactions.erase(who, number, form)


def _acknowledge(world: World, who: Member, number: str) -> None:
    world.program.handler.acknowledge(who, number, f"Received. {who.name}")


def _close(world: World, who: Member, number: str) -> None:
    world.program.handler.close(who, number, "measures_taken", f"It was stopped. {who.name}")


def _exclude(name: str) -> Two:
    def act(world: World, who: Member, number: str) -> None:
        other = world.member(name).person_id.hex()
        world.program.circle.exclude(who, number, other, f"A cousin. {who.name}")

    return both(act)


def _each_other(world: World, number: str) -> list[Callable[[], Any]]:
    hanna, hugo = world.member("Hanna"), world.member("Hugo")
    exclude = world.program.circle.exclude
    return [
        partial(exclude, hanna, number, hugo.person_id.hex(), "A cousin."),
        partial(exclude, hugo, number, hanna.person_id.hex(), "A cousin."),
    ]


def _link(world: World, number: str) -> list[Callable[[], Any]]:
    link = world.program.casework.sheet.link
    return [partial(link, world.member(name), number, world.send().number) for name in ("Hanna", "Hugo")]


def _grant(world: World, number: str) -> list[Callable[[], Any]]:
    helga = joins(world, "Helga").person_id.hex()
    grant = world.program.circle.grant
    return [partial(grant, world.member(name), number, helga) for name in ("Hanna", "Hugo")]


def _lock(world: World, number: str) -> list[Callable[[], Any]]:
    minutes, hanna = world.program.casework.minutes, world.member("Hanna")
    minutes.write(hanna, number, "We met.", "call", "")
    (entry,) = world.program.handler.case(hanna, number).minutes
    secret = SECRETS[number]
    world.program.casework.answers.answer(secret, entry.id, "approve", "")
    return [partial(minutes.lock, world.member(name), number, entry.id) for name in ("Hanna", "Hugo")]


def _custody(world: World, number: str) -> list[Callable[[], Any]]:
    cora = joins(world, "Cora", "custodian")
    request, decide = ask_identity(world, number), world.program.custody.decide
    return [
        partial(decide, world.member("Carl"), request, "approve", ""),
        partial(decide, cora, request, "refuse", "There is another way."),
    ]


def _carry_out(world: World, number: str) -> list[Callable[[], Any]]:
    consent = ask_consent(world, number, **LAW)
    act = world.program.consents.carry_out
    return [
        partial(act, world.member(name), number, consent, with_identity=False) for name in ("Hanna", "Hugo")
    ]


def _tell(world: World, number: str) -> list[Callable[[], Any]]:
    consent = ask_consent(world, number, **LAW, endangers=True, endangers_reason="He would burn it.")
    return [
        partial(world.program.consents.tell, world.member(name), number, consent)
        for name in ("Hanna", "Hugo")
    ]


def _closing(world: World, number: str) -> list[Callable[[], Any]]:
    world.nobody_concerned(world.member("Hanna"), number)
    return both(_close)(world, number)


def _reopening(world: World, number: str) -> list[Callable[[], Any]]:
    world.close(world.member("Hanna"), number, "It was stopped.")
    reopen = world.program.handler.reopen
    return [partial(reopen, world.member(name), number, f"New papers. {name}") for name in ("Hanna", "Hugo")]


def _release(world: World, number: str) -> list[Callable[[], Any]]:
    legal, lisa = world.program.legal, world.member("Lisa")
    hold = legal.place(lisa, number, "court_ruling", "T 1234-26", "", "2026-08-01")
    legal.release(lisa, hold, "It is over.")
    joins(world, "Lena", "legal")
    return [partial(legal.confirm_release, world.member(name), hold) for name in ("Leo", "Lena")]


SECRETS: dict[str, bytes] = {}
"""Of each case, what its reporter keeps."""

RACES = (
    Race("sorted twice", "triage_set", 1, both(_triage)),
    Race("protected twice", "protection_noted", 1, both(_protect)),
    Race("two measures", "measure_noted", 2, both(_measure)),
    Race("two links", "link_noted", 2, _link),
    Race("assigned to each", "assigned", 2, both(_assign)),
    Race("the same person concerned", "concerned_decided", 1, both(_concerned)),
    Race("two minutes", "minutes_written", 2, both(_minutes)),
    Race("locked twice", "minutes_locked", 1, _lock),
    Race("erased twice", "redacted", 1, both(_erase)),
    Race("excluded twice", "excluded", 1, _exclude("Olle")),
    Race("granted twice", "granted", 2, _grant, lines=1),
    Race("approved and refused", "identity_", 1, _custody),
    Race("handed over twice", "disclosure_done", 1, _carry_out),
    Race("told twice", "disclosure_told", 1, _tell),
    Race("acknowledged twice", "acknowledged", 1, both(_acknowledge)),
    Race("closed twice", "closed", 1, _closing),
    Race("reopened twice", "reopened", 1, _reopening),
    Race("released twice", "hold_released", 1, _release),
    Race("each other excluded", "excluded", 1, _each_other),
)

DECIDED = ("identity_approved", "identity_refused")


def run(world: World, race: Race) -> list[str]:
    """What came out otherwise than it should, in words."""
    receipt = world.send(TEXT, identity_name="Eva")
    number, SECRETS[receipt.number] = receipt.number, world.enter(receipt)
    outcomes = in_threads(race.two(world, number))
    told = [one for one in outcomes if isinstance(one, TOLD)]
    said = [row["action"] for row in rows(world, ledger, case_number=number)]
    lines = sum(one in DECIDED if race.action == "identity_" else one == race.action for one in said)
    wrong = []
    if len(told) != 2 - race.done or any(isinstance(one, Exception) and one not in told for one in outcomes):
        wrong.append(f"{race.name}: {outcomes}")
    if lines != (race.done if race.lines is None else race.lines):
        wrong.append(f"{race.name}: {lines} lines")
    return wrong + [f"{race.name}: {gap}" for gap in _gaps(world, number)]


def _gaps(world: World, number: str) -> list[str]:
    """Compartments whose records are not numbered one after the other, or not as many as the case says."""
    case = case_of(world, number)
    found: dict[int, list[int]] = {}
    for row in rows(world, records, case_id=case["id"]):
        found.setdefault(row["compartment"], []).append(row["n"])
    counts = {1: "n_content", 2: "n_identity", 3: "n_internal"}
    return [
        f"{name}: {sorted(found.get(part, []))}"
        for part, name in counts.items()
        if sorted(found.get(part, [])) != list(range(1, case[name] + 1))
    ]


def test_of_two_at_once_one_is_done_and_the_other_told_or_both_stand(world: World) -> None:
    wrong = [one for race in RACES for one in run(world, race)]
    assert wrong == []
    assert findings(world) == []


def sort(program: app.Program, name: str, seed: bytes, person_id: bytes, number: str) -> str:
    """What a process of its own does: it sorts a case that nobody had sorted when its form was made."""
    member = Member(person_id, name, (), KeyPair.from_seed(seed))
    program.casework.sheet.triage(member, number, Chosen("yes", "high", "now"), name, 0)
    return name


def test_of_two_processes_that_sort_a_case_one_is_told_of_the_other(world: World) -> None:
    number = world.send().number
    given = [
        (name, world.secrets.seeds[name], world.member(name).person_id, number) for name in ("Hanna", "Hugo")
    ]
    outcomes = in_processes(world, sort, given)
    assert sorted(outcomes, key=lambda one: one == "Conflict")[1] == "Conflict"
    (winner,) = [one for one in outcomes if one != "Conflict"]
    (line,) = [row for row in rows(world, ledger, case_number=number) if row["action"] == "triage_set"]
    assert line["actor"] == winner
    assert _gaps(world, number) == findings(world) == []


def test_two_administrators_end_each_other_at_once_and_the_company_keeps_one(world: World) -> None:
    adam, bea = world.member("Adam"), world.member("Bea")
    (hers,) = rows(world, designations, person_id=bea.person_id)
    held = rows(world, designations, person_id=adam.person_id)
    his = next(row for row in held if row["company_id"] == hers["company_id"])
    today, site = world.clock.now().date().isoformat(), world.program.administration
    outcomes = in_threads(
        [
            partial(site.end, adam, hers["id"].hex(), today),
            partial(site.end, bea, his["id"].hex(), today),
        ]
    )
    assert sum(isinstance(one, TOLD) for one in outcomes) == 1
    assert [one["action"] for one in rows(world, ledger)].count("role_ended") == 1


def test_two_administrators_retire_each_other_at_once_and_one_is_left(world: World) -> None:
    one, two = joins(world, "Ada", "administrator"), joins(world, "Axel", "administrator")
    retire = world.program.administration.retire
    outcomes = in_threads(
        [partial(retire, one, two.person_id.hex()), partial(retire, two, one.person_id.hex())]
    )
    assert sum(isinstance(told, TOLD) for told in outcomes) == 1
    assert [line["action"] for line in rows(world, ledger)].count("person_retired") == 1
