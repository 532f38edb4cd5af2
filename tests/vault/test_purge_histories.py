"""Whatever was done in a case before it was closed, no byte of it is left after its purge."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import time, timedelta

import pytest

from tests.vault.jobs import files_of
from tests.vault.tampering import case_of, findings, rows
from tests.vault.test_purge_bytes import Traces, tables_with
from tests.world import World
from whistle import scheduler
from whistle.errors import NotThere, WhistleError
from whistle.parties.consents import Disclosure
from whistle.parties.custody import Asking
from whistle.parties.export import ExportForm
from whistle.parties.redactions import EraseForm
from whistle.vault.reminders import Rounds
from whistle.vault.tables import certificates, metadata, sessions

CASES, STEPS = 8, 110
YEARS = 740
LONG = "There is more of it. " * 60


@dataclass
class Story:
    """Cases under way, what was done in them and how often it was refused, and what there was of each."""

    world: World
    chance: random.Random
    traces: Traces = field(default_factory=Traces)
    secrets: dict[str, bytes] = field(default_factory=dict)
    holds: dict[str, list[str]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def begin(self) -> None:
        """A new report, with a file and a name as often as not."""
        files = files_of("an invoice ")[: 1 + int(self.chance.random() * 1.2)]
        receipt = self.world.send(
            LONG, files=files, identity_name="Eva Lind" if self.chance.random() < 0.7 else ""
        )
        self.secrets[receipt.number] = self.world.enter(receipt)
        self.world.program.handler.acknowledge(self.world.member("Hanna"), receipt.number, "Received.")
        self.traces.note(self.world, receipt.number)

    def step(self) -> None:
        """Something happens in one of them, or is refused; what there is of the case now is remembered."""
        number = self.chance.choice(list(self.secrets))
        name = self.chance.choice(sorted(DOINGS))
        try:
            DOINGS[name](self, number)
            self.done[name] += 1
        except WhistleError:
            self.refused[name] += 1
        self.traces.note(self.world, number)

    def end(self) -> None:
        """Every hold is released and every case is closed, a fortnight later."""
        for number in list(self.holds):
            release(self, number)
        self.world.later(15)
        for number in self.secrets:
            if case_of(self.world, number)["state"] != "closed":
                close(self, number)
            self.traces.note(self.world, number)


def write(story: Story, number: str) -> None:
    reporter, secret = story.world.program.reporter, story.secrets[number]
    sending = reporter.writing(secret)
    for name, data in files_of("a photo ")[:1]:
        sink = sending.open_file(name, "text/plain")
        sink.write(data)
        sink.finish()
    reporter.message(secret, sending, LONG)


def answer(story: Story, number: str) -> None:
    story.world.program.handler.message(story.world.member("Hanna"), number, "Thank you. " * 9)


def note(story: Story, number: str) -> None:
    story.world.program.handler.note(story.world.member("Hugo"), number, "Ask the caretaker. " * 40)


def identify(story: Story, number: str) -> None:
    story.world.program.reporter.identify(story.secrets[number], "Eva Lind", "070-123 45 67")


def ask_for_the_name(story: Story, number: str) -> None:
    world, custody = story.world, story.world.program.custody
    custody.ask(
        world.member("Hanna"), number, Asking("To ask her about the key.", told="We ask for your name.")
    )
    (waiting,) = (one for one in custody.desk(world.member("Carl")).waiting if one.number == number)
    decision = story.chance.choice(("approve", "refuse"))
    custody.decide(world.member("Carl"), waiting.id, decision, "It is not needed.")


def ask_for_consent(story: Story, number: str) -> None:
    world = story.world
    said = Disclosure("consent", "The county board", "They inspect the brook.", "Where you saw the drums.")
    asked = world.program.consents.ask(world.member("Hanna"), number, said)
    if story.chance.random() < 0.6:
        world.program.reporter.consent(story.secrets[number], asked, story.chance.choice(("agree", "refuse")))


def minutes(story: Story, number: str) -> None:
    world, work = story.world, story.world.program.casework
    work.minutes.write(world.member("Hanna"), number, "They saw three drums. " * 20, "call", "")
    shown = world.program.reporter.open(story.secrets[number]).minutes[-1]
    work.answers.answer(story.secrets[number], shown.id, "correct", "There were four.")


def redact(story: Story, number: str) -> None:
    world, hanna = story.world, story.world.member("Hanna")
    entry = story.chance.choice(world.program.handler.case(hanna, number).entries)
    passage = entry.text[: 10 + int(story.chance.random() * 30)]
    form = EraseForm(f"content-{entry.n}", passage, which="1", ground="sensitive")
    world.program.redactions.erase(hanna, number, form)


def redact_a_file(story: Story, number: str) -> None:
    world, hanna = story.world, story.world.member("Hanna")
    case = world.program.handler.case(hanna, number)
    entry = next((one for one in case.entries if one.files), None)
    if entry is None:
        raise NotThere("the files of this case are erased already")
    form = EraseForm(f"content-{entry.n}", file=entry.files[0].id, ground="sensitive")
    world.program.redactions.erase(hanna, number, form)
    waiting = world.program.handler.case(world.member("Hugo"), number)
    for one in waiting.erasures:
        world.program.redactions.confirm(world.member("Hugo"), number, one.id)


def exclude(story: Story, number: str) -> None:
    world = story.world
    someone = world.member(story.chance.choice(("Disa", "Alma"))).person_id.hex()
    world.program.circle.exclude(world.member("Hugo"), number, someone, "A cousin.")


def hold(story: Story, number: str) -> None:
    world = story.world
    review = (world.clock.now() + timedelta(days=90)).date().isoformat()
    citation = f"Svea hovrätt, T {1000 + story.done['hold']}-26"
    placed = world.program.legal.place(
        world.member("Lisa"), number, "court_ruling", citation, "By post.", review
    )
    story.holds.setdefault(number, []).append(placed)


def release(story: Story, number: str) -> None:
    world = story.world
    for one in story.holds.pop(number, ()):
        if not world.program.legal.release(world.member("Lisa"), one, "Settled."):
            world.program.legal.confirm_release(world.member("Leo"), one)


def export(story: Story, number: str) -> None:
    form = ExportForm("adviser", "Advokat Berg", "Agreement 2026/17", with_notes=True)
    prepared = story.world.program.overview.export.prepare(story.world.member("Hanna"), number, form)
    assert prepared is not None


def link(story: Story, number: str) -> None:
    other = story.chance.choice(list(story.secrets))
    story.world.program.casework.sheet.link(story.world.member("Hanna"), number, other)


def close(story: Story, number: str) -> None:
    world = story.world
    world.close(world.member("Hanna"), number, "It was stopped.")


def reopen(story: Story, number: str) -> None:
    story.world.program.handler.reopen(story.world.member("Hanna"), number, "A witness came.")


def night(story: Story, _number: str) -> None:
    """A day passes, with its letters."""
    story.world.later(1)
    pass_with_mail(story.world)


DOINGS: dict[str, Callable[[Story, str], None]] = {
    one.__name__: one
    for one in (
        write, answer, note, identify, ask_for_the_name, ask_for_consent, minutes, redact, redact_a_file,
        exclude, hold, release, export, link, close, reopen, night,
    )
}  # fmt: skip


def pass_with_mail(world: World) -> list[str]:
    """A pass as the server makes it, with letters that are queued and not sent."""
    mailing = scheduler.Mailing(Rounds((time(7), time(13))), "Nordvakt", None)
    now, sweep = world.clock.now(), world.program.sessions.sweep
    return [event["event"] for event in scheduler.tick(world.program.store, now, sweep, mailing)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [4, 7])
def test_no_byte_is_left_of_cases_in_which_anything_was_done(sqlite_world: World, seed: int) -> None:
    world = sqlite_world
    story = Story(world, random.Random(seed))  # noqa: S311 (draws what happens; the same each time)
    for _case in range(CASES):
        story.begin()
    for _step in range(STEPS):
        story.step()
    story.end()
    assert {name for name in DOINGS if not story.done[name]} == set(), (story.done, story.refused)
    world.later(YEARS)
    world.program.sessions.begin_case(next(iter(story.secrets.values())))
    events = pass_with_mail(world)
    assert [event for event in events if event != "reminded"] == ["purged"] * CASES
    assert story.traces.left_in(world) == []
    assert {row["case_number"] for row in rows(world, certificates)} == set(story.secrets)
    for number in story.secrets:
        assert tables_with(world, number) == {"ledger", "certificates"}
    assert nothing_but(world, {"ledger", "certificates"})
    assert {finding.kind for finding in findings(world)} == {"mail"}, "there is no mail server here"


def nothing_but(world: World, allowed: set[str]) -> bool:
    """Whether no table that goes with cases has a row any more; the session that was open ends by itself."""
    world.later(1)
    pass_with_mail(world)
    return not [
        table.name
        for table in metadata.sorted_tables
        if ("case_id" in table.c or table is sessions) and table.name not in allowed and rows(world, table)
    ]
