"""What a case's page says and offers is worked out here from the facts; the template only lays it out."""

from dataclasses import dataclass
from datetime import date

from whistle.parties.views import DeskCase, Entry
from whistle.rules.categories import load_categories
from whistle.rules.deadlines import Duty
from whistle.web import staff_words as words
from whistle.web.choices import category_name, relation_name
from whistle.web.languages import day, label
from whistle.web.staff_words import gettext

CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Permitted:
    """What the page offers. The party checks each again; this only keeps useless forms off the page."""

    write: bool
    acknowledge: bool
    note: bool
    close: bool
    reopen: bool
    confirm_reopen: bool

    @property
    def anything(self) -> bool:
        """Say whether the page has something to do besides writing to the reporter."""
        return self.note or self.close or self.reopen or self.confirm_reopen


@dataclass(frozen=True, slots=True)
class DutyBox:
    """The next duty in words; without a `button` it is nobody's to do on this page."""

    sentence: str
    due: str
    urgency: str
    on: str
    more: str
    button: str
    address: str


@dataclass(frozen=True, slots=True)
class DateLine:
    """One line of the dates: what, when, and a tag that says whether it was or is in time."""

    term: str
    text: str
    tag: str = ""
    kind: str = "plain"


def permitted(case: DeskCase) -> Permitted:
    """Say what may be offered: nothing once the day of erasure has come, hold or not (policy S26)."""
    is_closed, standing = case.state == CLOSED, not case.past_day
    works = case.may_work and standing and not is_closed
    return Permitted(
        write=works,
        acknowledge=works and case.acknowledged_on is None and not case.acknowledgement_waived,
        note=standing,
        close=works,
        reopen=is_closed and standing and not case.reopening_asked,
        confirm_reopen=is_closed and standing and case.reopening_asked and not case.reopening_asked_by_me,
    )


def why_not(case: DeskCase) -> str:
    """Say why there is no form to write to the reporter."""
    if case.past_day:
        return words.refusal("past_day")
    if case.state == CLOSED and case.reopening_asked_by_me:
        return gettext("You have asked to reopen this case. It counts when another handler has confirmed it.")
    if case.state == CLOSED:
        return gettext("The case is closed. To write to the reporter, reopen it first.")
    return words.refusal("shared")


def duty_box(case: DeskCase, can: Permitted) -> DutyBox | None:
    """Return the next duty in words, or None when nothing is owed."""
    duty = case.next_duty
    if duty is None:
        return None
    kind = "review_hold" if duty.kind == "review" and case.held else duty.kind
    days = (duty.due_on - case.today).days if case.days_left is None else case.days_left
    button = words.word(words.DUTY_BUTTONS, kind) if can.write and kind in words.DUTY_BUTTONS else ""
    return DutyBox(
        sentence=words.word(words.DUTY_SENTENCES, kind),
        due=words.days_away(days),
        urgency=words.urgency(days),
        on=day(duty.due_on),
        more=_more(duty),
        button=button,
        # Asking for the feedback form ticks the box that says the message is the feedback.
        address="?write=feedback#write" if kind == "feedback" else "#write",
    )


def _more(duty: Duty) -> str:
    said = [gettext("Say what was done and why.")] if duty.kind == "feedback" else []
    if duty.last_legal_day != duty.due_on:
        said.append(gettext("The last legal day is %(day)s.", day=day(duty.last_legal_day)))
    return " ".join(said)


def dates(case: DeskCase) -> list[DateLine]:
    """Return the dates of the rail, in the order in which they happen."""
    owed = {duty.kind: duty for duty in case.duties}
    lines = [
        DateLine(gettext("Received"), day(case.received_on)),
        _confirmed(case, owed.get("acknowledgement")),
    ]
    if "meeting" in owed:
        lines.append(DateLine(gettext("Meeting"), _by(owed["meeting"].due_on)))
    if "persons_concerned" in owed:
        lines.append(DateLine(gettext("Persons concerned"), _by(owed["persons_concerned"].due_on)))
    lines.append(_done_or_due(gettext("Feedback"), case.feedback_on, owed.get("feedback"), case))
    lines += [DateLine(gettext("Closed"), day(closed_on)) for closed_on, _ in case.closings]
    lines += [
        DateLine(
            gettext("Held"), gettext("%(ground)s. Reviewed by %(day)s", ground=ground, day=day(review_on))
        )
        for ground, review_on in ((words.word(words.GROUNDS, key), on) for key, on in case.holds)
    ]
    return [*lines, _erased(case)]


def _confirmed(case: DeskCase, owed: Duty | None) -> DateLine:
    if case.acknowledged_on is None and case.acknowledgement_waived:
        return DateLine(gettext("Confirmed"), gettext("the reporter did not want a confirmation"))
    return _done_or_due(gettext("Confirmed"), case.acknowledged_on, owed, case)


def _done_or_due(term: str, done_on: date | None, owed: Duty | None, case: DeskCase) -> DateLine:
    if done_on is not None:
        in_time = owed is None or done_on <= owed.due_on
        return DateLine(
            term,
            day(done_on),
            gettext("In time") if in_time else gettext("Late"),
            "good" if in_time else "late",
        )
    if owed is None:
        return DateLine(term, gettext("not given"))
    days = (owed.due_on - case.today).days
    urgency = words.urgency(days)
    return DateLine(term, _by(owed.due_on), words.days_away(days) if urgency else "", urgency or "plain")


def _by(due_on: date) -> str:
    return gettext("by %(day)s", day=day(due_on))


def _erased(case: DeskCase) -> DateLine:
    term = gettext("Erased")
    if case.purge_on is None:
        return DateLine(term, gettext("at most two years after closing. Not closed yet"))
    if case.held:
        return DateLine(
            term, gettext("not before the hold is released. The day is %(day)s", day=day(case.purge_on))
        )
    return DateLine(term, day(case.purge_on))


def about(case: DeskCase) -> list[tuple[str, str]]:
    """Return what the reporter chose from lists, and what came of the case, as (term, words)."""
    rows = [
        (gettext("Mostly about"), category_name(case.category)),
        (gettext("The reporter says"), relation_name(case.relation)),
        (
            gettext("What came of it"),
            dict(outcomes()).get(case.outcome, case.outcome) if case.outcome else "",
        ),
    ]
    return [(term, text) for term, text in rows if text]


def outcomes() -> list[tuple[str, str]]:
    """What can come of a case, with nothing chosen first: nobody closes a case by what stood at the top."""
    offered = [(choice.code, label(choice)) for choice in load_categories().outcomes]
    return [("", gettext("Choose")), *offered]


def author(entry: Entry, own_name: str) -> str:
    """Return how the handler's page calls the writer of an entry."""
    if entry.who == "reporter":
        return gettext("Reporter")
    if entry.who == "channel":
        return gettext("The channel, by itself")
    who = gettext("You") if entry.author == own_name else entry.author or gettext("Handler")
    return gettext("%(who)s, feedback", who=who) if entry.kind in {"feedback", "closing"} else who


def text_of(entry: Entry) -> str:
    """Return an entry's text; that a name was left has no text of its own."""
    if entry.kind == "identity_given" and not entry.text:
        return gettext("The reporter has left a name. It is sealed.")
    return entry.text


def people(names: tuple[str, ...], own_name: str) -> list[str]:
    """Return who handles the case: whoever reads this page does, and stands first as "You"."""
    return [gettext("You"), *(name for name in names if name != own_name)]


def acknowledgement_text(case: DeskCase) -> str:
    """Return a confirmation to begin from; it says only what is certain, and the handler changes it."""
    return gettext(
        "Thank you for telling us. I confirm that your report was received on %(day)s.",
        day=day(case.received_on),
    )
