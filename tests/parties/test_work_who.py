"""The work on a case is for its handlers of today: others find no case, and on its day nobody works on it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.parties.apart import outcome
from tests.world import SE, World
from whistle.crypto.keys import KeyPair
from whistle.errors import NotAllowed, NotThere, RuleRefused
from whistle.parties.concerned import Said
from whistle.parties.member import Member
from whistle.parties.on_behalf import Told
from whistle.parties.report_form import ReportForm
from whistle.parties.work import Measure
from whistle.rules.triage import Chosen
from whistle.vault import concerned, desk, minutes, people, work
from whistle.vault.facts import Addition

OTHERS = ("Nora", "Carl", "Lisa", "Olle", "Adam", "Bea", "Alma")
"""A handler of another company, and everybody of this one who is none."""


@dataclass
class Scene:
    """A case with a note and minutes, and another one beside it."""

    number: str
    other: str
    minutes_id: str
    note: int


Act = Callable[[World, Member, Scene], Any]

ACTS: dict[str, Act] = {
    "triage": lambda w, m, s: w.program.casework.sheet.triage(m, s.number, Chosen("yes", "", ""), ""),
    "measure": lambda w, m, s: w.program.casework.sheet.measure(m, s.number, Measure("Stop it")),
    "protect": lambda w, m, s: w.program.casework.sheet.protect(m, s.number, "None", ""),
    "assign": lambda w, m, s: w.program.casework.sheet.assign(m, s.number, ""),
    "link": lambda w, m, s: w.program.casework.sheet.link(m, s.number, s.other),
    "mark": lambda w, m, s: w.program.casework.sheet.mark_note(m, s.number, s.note, "draft", disclosed=False),
    "concerned": lambda w, m, s: w.program.casework.concerned.decide(m, s.number, Said("informed")),
    "minutes": lambda w, m, s: w.program.casework.minutes.write(m, s.number, "Said so.", "call", ""),
    "met": lambda w, m, s: w.program.casework.minutes.met(m, s.number, "2026-03-02"),
    "lock": lambda w, m, s: w.program.casework.minutes.lock(m, s.number, s.minutes_id),
}


def in_the_vault(world: World, person: bytes, scene: Scene) -> Iterator[Callable[[], Any]]:
    """The commands that the parties call, called past them with nothing sealed."""
    store, now, nothing = world.program.store, world.clock.now(), Addition()
    day, own_id = now.date(), bytes.fromhex(scene.minutes_id)
    about = concerned.Decided(bytes(16), True, "informed", "", None)
    for action in sorted(work.ACTIONS):
        yield lambda action=action: work.note(store, person, scene.number, nothing, now, action=action)
    yield lambda: work.assign(store, person, scene.number, None, now)
    yield lambda: work.note_entered(store, person, scene.number, "phone", now)
    yield lambda: concerned.decide(store, person, scene.number, nothing, now, about=about)
    yield lambda: minutes.write(
        store, person, scene.number, nothing, now, entry_id=bytes(16), replaces=None, held_on=day
    )
    yield lambda: minutes.note_meeting(store, person, scene.number, day, now)
    yield lambda: minutes.lock(store, person, scene.number, nothing, now, entry_id=own_id)


def scene(world: World) -> Scene:
    receipt, hanna = world.send(), world.member("Hanna")
    world.program.handler.note(hanna, receipt.number, "A note.")
    world.program.casework.minutes.write(hanna, receipt.number, "They said so.", "meeting", "")
    case = world.program.handler.case(hanna, receipt.number)
    return Scene(receipt.number, world.send().number, case.minutes[0].id, next(iter(case.work.notes)))


def test_everybody_else_finds_no_case_at_any_command(world: World) -> None:
    standing = scene(world)
    members = [world.member(name) for name in (*OTHERS, "Hugo")]
    members.append(Member(bytes(16), "Nobody", (("handler", SE),), KeyPair.from_seed(bytes(32))))
    people.retire(world.program.store, "Hugo", world.clock.now(), actor="Adam")
    for member in members:
        for name, act in ACTS.items():
            answer = outcome(lambda act=act, member=member: act(world, member, standing))
            assert isinstance(answer, NotThere), (name, member.name, answer)
        for command in in_the_vault(world, member.person_id, standing):
            assert isinstance(outcome(command), NotThere), member.name
    hanna = world.member("Hanna")
    refused = {name: outcome(lambda act=act: act(world, hanna, standing)) for name, act in ACTS.items()}
    assert refused.pop("lock").reason == "minutes_wait"
    assert set(refused.values()) == {None}


def test_on_its_day_nobody_works_on_a_case_held_or_not(world: World) -> None:
    standing = scene(world)
    world.close(world.member("Hanna"), standing.number, "It was stopped.")
    world.program.legal.place(
        world.member("Lisa"), standing.number, "court_ruling", "T 1-26", "", "2027-01-01"
    )
    world.later(731)
    hanna = world.member("Hanna")
    for name, act in ACTS.items():
        answer = outcome(lambda act=act: act(world, hanna, standing))
        assert isinstance(answer, RuleRefused), (name, answer)
        assert answer.reason == "past_day", name
    for command in in_the_vault(world, hanna.person_id, standing):
        assert getattr(outcome(command), "reason", "") == "past_day"


def test_notes_take_nothing_that_the_reporter_reads(sqlite_world: World) -> None:
    """A handler's own program, changed, does not write to the reporter through the door of notes."""
    world = sqlite_world
    standing, hanna = scene(world), world.member("Hanna")
    store, now = world.program.store, world.clock.now()
    sealed: list[Addition] = []
    world.program.handler._desk.write(  # what a changed program of theirs could seal
        hanna,
        standing.number,
        lambda _file, draft: draft.record(1, "message", text="Past the rules.") > 0,  # type: ignore[arg-type]
        sealed.append,
    )
    about = concerned.Decided(bytes(16), True, "informed", "", None)
    for command in (
        lambda: work.note(store, hanna.person_id, standing.number, sealed[0], now, action=work.MEASURED),
        lambda: concerned.decide(store, hanna.person_id, standing.number, sealed[0], now, about=about),
    ):
        assert isinstance(outcome(command), NotAllowed)
    unknown = outcome(
        lambda: work.note(store, hanna.person_id, standing.number, Addition(), now, action="closed")
    )
    assert isinstance(unknown, NotAllowed)
    assert not desk.may_open(store, world.member("Nora").person_id, standing.number, now)


def test_a_report_is_entered_by_a_handler_of_the_company_and_nobody_else(world: World) -> None:
    form = ReportForm(company=SE, description="They called about three drums.")
    on_behalf, sessions = world.program.casework.on_behalf, world.program.sessions
    for name in OTHERS:
        place = on_behalf.start()
        answer = outcome(
            lambda name=name, place=place: on_behalf.enter(
                world.member(name), place, form, Told("phone"),
                token=sessions.new_token(), nonce=on_behalf.new_nonce(),
            )
        )  # fmt: skip
        assert answer is not None
        assert not hasattr(answer, "case_key"), name
    assert world.program.handler.cases(world.member("Hanna"), state="all").total.value == 0
