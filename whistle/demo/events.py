"""Each event of a story is done by the one who did it, through the same parties that the pages use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from whistle import app
from whistle.demo import attachments
from whistle.demo.cases import DemoCase, DemoEvent
from whistle.demo.kinds import WITH_IDENTITY
from whistle.demo.people import PEOPLE
from whistle.parties.concerned import Said
from whistle.parties.consents import Disclosure
from whistle.parties.custody import Asking
from whistle.parties.member import Member
from whistle.parties.minutes import ANSWERS
from whistle.parties.on_behalf import Told
from whistle.parties.redactions import EraseForm
from whistle.parties.report_form import ReportForm
from whistle.parties.sending import Sending
from whistle.parties.views import DeskCase, MailboxCase, Receipt
from whistle.parties.work import Measure
from whistle.rules.disclosure import Basis
from whistle.rules.triage import MEMORY, Chosen

APPROVED, CORRECTED, _DECLINED = ANSWERS


@dataclass
class Cast:
    """Who plays, and what they know by now: the number and the secret of each story's case, by its key."""

    program: app.Program
    members: dict[str, Member] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class _Turn:
    """One event on its day, of whoever's turn it is."""

    cast: Cast
    event: DemoEvent
    number: str
    secret: bytes
    day: date

    @property
    def program(self) -> app.Program:
        return self.cast.program

    @property
    def member(self) -> Member:
        """Who acts, with the second factor just shown: some steps ask for it."""
        return replace(self.cast.members[self.event.actor], fresh=True)

    def desk(self) -> DeskCase:
        """The case as its handler reads it before writing; what was new is seen by that."""
        return self.program.handler.case(self.member, self.number)

    def mailbox(self) -> MailboxCase:
        """The case as its reporter reads it."""
        return self.program.reporter.open(self.secret)

    def after(self, days: str) -> str:
        """The day so many days after this one, as a form sends it; empty when the story names none."""
        return (self.day + timedelta(self.event.days[days])).isoformat() if days in self.event.days else ""


def report(cast: Cast, case: DemoCase, day: date) -> Receipt:
    """Send a story's report on its day, or have its handler enter it; the receipt carries the case key."""
    reporter, behalf = cast.program.reporter, cast.program.casework.on_behalf
    form, sending = _form(cast, case), reporter.start()
    _attach(sending, case.attachments, day)
    token, nonce = cast.program.sessions.new_token(), reporter.new_nonce()
    if case.entered is None:
        receipt = reporter.submit(sending, form, token=token, nonce=nonce)
    else:
        member, told = cast.members[case.entered.by], Told(case.entered.came_by)
        receipt = behalf.enter(member, sending, form, told, token=token, nonce=nonce)
    assert receipt.case_key is not None  # noqa: S101 (a report just made shows its key)
    cast.secrets[case.key] = reporter.enter(receipt.case_key).secret
    cast.numbers[case.key] = receipt.number
    return receipt


def play(cast: Cast, case: DemoCase, event: DemoEvent, day: date) -> None:
    """Do what happened on that day. Refusals of the parties are faults of the story, and stop the play."""
    turn = _Turn(cast, event, cast.numbers[case.key], cast.secrets[case.key], day)
    if event.kind in _READ_FIRST:
        turn.desk()
    _STEPS[event.kind](turn)


def _form(cast: Cast, case: DemoCase) -> ReportForm:
    choice = next(one for one in cast.program.reporter.companies() if one.code == case.company)
    functions = {person.function for person in PEOPLE if person.name in case.exclude}
    name, contact = case.identity or ("", "")
    return ReportForm(
        company=case.company, category=case.category, relation=case.relation,
        description=case.description, identity_name=name, identity_contact=contact, meeting=case.meeting,
        exclude=tuple(person.ref for person in choice.people if person.function in functions),
    )  # fmt: skip


def _attach(sending: Sending, names: tuple[str, ...], day: date) -> None:
    for wanted in names:
        name, media_type, data = attachments.make(wanted, day)
        sink = sending.open_file(name, media_type)
        sink.write(data)
        sink.finish()


def _reporter_message(turn: _Turn) -> None:
    sending = turn.program.reporter.writing(turn.secret)
    _attach(sending, turn.event.files, turn.day)
    turn.program.reporter.message(turn.secret, sending, turn.event.text)


def _identity_later(turn: _Turn) -> None:
    name, contact = turn.event.identity or ("", "")
    turn.program.reporter.identify(turn.secret, name, contact)


def _minutes_answer(turn: _Turn) -> None:
    known = turn.mailbox().minutes[turn.event.about - 1]
    answer = CORRECTED if turn.event.text else APPROVED
    turn.program.casework.answers.answer(turn.secret, known.id, answer, turn.event.text)


def _consent_answer(turn: _Turn) -> None:
    asked = turn.mailbox().consents[turn.event.about - 1]
    turn.program.reporter.consent(turn.secret, asked.id, turn.event["decision"])


def _acknowledge(turn: _Turn) -> None:
    turn.program.handler.acknowledge(turn.member, turn.number, turn.event.text)


def _handler_message(turn: _Turn) -> None:
    turn.program.handler.message(turn.member, turn.number, turn.event.text)


def _feedback(turn: _Turn) -> None:
    turn.program.handler.feedback(turn.member, turn.number, turn.event.text)


def _note(turn: _Turn) -> None:
    kind = turn.event["note_kind"] or MEMORY
    turn.program.handler.note(turn.member, turn.number, turn.event.text, kind)


def _close(turn: _Turn) -> None:
    turn.program.handler.close(turn.member, turn.number, turn.event["outcome"], turn.event.text)


def _hold(turn: _Turn) -> None:
    review, event = turn.after("review_in_days"), turn.event
    turn.program.legal.place(turn.member, turn.number, event["ground"], event["citation"], "", review)


def _triage(turn: _Turn) -> None:
    event = turn.event
    chosen = Chosen(event["scope"], event["severity"], event["priority"])
    turn.program.casework.sheet.triage(turn.member, turn.number, chosen, event.text)


def _assign(turn: _Turn) -> None:
    ids = {name: person for person, name in turn.desk().work.colleagues}
    turn.program.casework.sheet.assign(turn.member, turn.number, ids[turn.event["to"]])


def _measure(turn: _Turn) -> None:
    said = Measure(turn.event.text, turn.event["who"], turn.after("by_in_days"))
    turn.program.casework.sheet.measure(turn.member, turn.number, said)


def _measure_done(turn: _Turn) -> None:
    known = turn.desk().work.measures.current[turn.event.about - 1]
    said = Measure(known["what"], known["who"], known["by_on"], turn.day.isoformat(), known.id)
    turn.program.casework.sheet.measure(turn.member, turn.number, said)


def _protection(turn: _Turn) -> None:
    turn.program.casework.sheet.protect(turn.member, turn.number, turn.event["risk"], turn.event["steps"])


def _link(turn: _Turn) -> None:
    other = turn.cast.numbers[turn.event["story"]]
    turn.program.casework.sheet.link(turn.member, turn.number, other)


def _concerned(turn: _Turn) -> None:
    event = turn.event
    said = Said(
        event["decision"], event["ground"], turn.after("review_in_days"), person=event["person"],
        remark=event["remark"], how=event["how"], answer=event["answer"],
    )  # fmt: skip
    turn.program.casework.concerned.decide(turn.member, turn.number, said)


def _minutes(turn: _Turn) -> None:
    event, held_on = turn.event, turn.day - timedelta(turn.event.days["held_days_before"])
    which = event.days.get("replaces", 0)
    replaces = turn.desk().minutes[which - 1].id if which else ""
    turn.program.casework.minutes.write(
        turn.member, turn.number, event.text, event["met"], held_on.isoformat(), replaces
    )


def _minutes_lock(turn: _Turn) -> None:
    known = turn.desk().minutes[turn.event.about - 1]
    turn.program.casework.minutes.lock(turn.member, turn.number, known.id)


def _identity_request(turn: _Turn) -> None:
    event = turn.event
    asking = Asking(event.text, bool(event["hinder"]), event["hinder"], event["told"])
    turn.program.custody.ask(turn.member, turn.number, asking)


def _identity_decision(turn: _Turn) -> None:
    waiting = turn.program.custody.desk(turn.member).waiting
    request = next(one for one in waiting if one.number == turn.number)
    turn.program.custody.decide(turn.member, request.id, turn.event["decision"], turn.event.text)


def _identity_opened(turn: _Turn) -> None:
    turn.program.custody.open(turn.member, turn.number)


def _consent_request(turn: _Turn) -> None:
    event = turn.event
    basis = Basis.LAW if event["provision"] else Basis.CONSENT
    said = Disclosure(str(basis), event["recipient"], event["purpose"], event["what"], event["provision"])
    turn.program.consents.ask(turn.member, turn.number, said)


def _consent_done(turn: _Turn) -> None:
    known = turn.desk().consents[turn.event.about - 1]
    named = turn.event["part"] == WITH_IDENTITY
    turn.program.consents.carry_out(turn.member, turn.number, known.id, with_identity=named)


def _redaction(turn: _Turn) -> None:
    passage = turn.event["passage"]
    entry = next(one for one in turn.desk().entries if passage in one.text)
    form = EraseForm(f"content-{entry.n}", passage, ground=turn.event["ground"])
    if not turn.program.redactions.erase(turn.member, turn.number, form):
        raise ValueError("the passage is so long that a colleague must agree")


_STEPS: Final[Mapping[str, Callable[[_Turn], None]]] = {
    "reporter_message": _reporter_message,
    "identity_later": _identity_later,
    "minutes_approval": _minutes_answer,
    "minutes_correction": _minutes_answer,
    "consent_answer": _consent_answer,
    "acknowledge": _acknowledge,
    "handler_message": _handler_message,
    "feedback": _feedback,
    "note": _note,
    "close": _close,
    "hold": _hold,
    "triage": _triage,
    "assign": _assign,
    "measure": _measure,
    "measure_done": _measure_done,
    "protection": _protection,
    "link": _link,
    "concerned": _concerned,
    "minutes": _minutes,
    "minutes_lock": _minutes_lock,
    "identity_request": _identity_request,
    "identity_decision": _identity_decision,
    "identity_opened": _identity_opened,
    "consent_request": _consent_request,
    "consent_done": _consent_done,
    "redaction": _redaction,
}

#: Before these a handler reads what is new; the other steps follow on one of them, and read what they need.
_READ_FIRST: Final = frozenset({"acknowledge", "handler_message", "feedback", "note", "close"})
