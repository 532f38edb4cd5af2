"""What a case's page says and offers is worked out here from the facts; the template only lays it out."""

from dataclasses import dataclass

from whistle.parties.views import DeskCase, Entry
from whistle.rules.categories import load_categories
from whistle.rules.deadlines import Duty
from whistle.rules.retention import WARN_DAYS
from whistle.web import custody_words, duty_words, work_words
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


def permitted(case: DeskCase) -> Permitted:
    """Say what may be offered: nothing once the day of erasure has come, hold or not (policy S26)."""
    is_closed, standing = case.state == CLOSED, not case.past_day
    closes = case.may_work and standing and not is_closed
    works = closes and not case.blocked
    return Permitted(
        write=works,
        acknowledge=works and case.acknowledged_on is None and not case.acknowledgement_waived,
        note=standing and not case.blocked,
        close=closes,
        reopen=is_closed and standing and not case.reopening_asked,
        confirm_reopen=is_closed and standing and case.reopening_asked and not case.reopening_asked_by_me,
    )


def why_not(case: DeskCase) -> str:
    """Say why there is no form to write to the reporter."""
    if case.past_day:
        return words.refusal("past_day")
    if case.blocked:
        return words.refusal("blocked")
    if case.state == CLOSED and case.reopening_asked_by_me:
        return gettext("You have asked to reopen this case. It counts when another handler has confirmed it.")
    if case.state == CLOSED:
        return gettext("The case is closed. To write to the reporter, reopen it first.")
    return words.refusal("shared")


def erased_in(case: DeskCase) -> str:
    """Say in how many days the case is erased, from 30 days before; empty until then, and while held."""
    if case.purge_on is None or case.held or case.past_day:
        return ""
    left = (case.purge_on - case.today).days
    return words.days_away(left) if left <= max(WARN_DAYS) else ""


def duty_box(case: DeskCase, can: Permitted) -> DutyBox | None:
    """Return the next duty in words, or None when nothing is owed."""
    duty = case.next_duty
    if duty is None:
        return None
    kind = duty_words.SAID_AS.get(duty.key, duty.kind)
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
        address="?write=feedback#write" if kind == "feedback" else duty_words.PLACES.get(kind, "#write"),
    )


def _more(duty: Duty) -> str:
    said = [gettext("Say what was done and why.")] if duty.kind == "feedback" else []
    if duty.last_legal_day != duty.due_on:
        said.append(gettext("The last legal day is %(day)s.", day=day(duty.last_legal_day)))
    return " ".join(said)


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
    if entry.kind == "minutes":
        return gettext("%(who)s, minutes", who=who)
    is_feedback = entry.kind == "feedback" or (entry.kind == "closing" and entry.text)
    return gettext("%(who)s, feedback", who=who) if is_feedback else who


def text_of(entry: Entry) -> str:
    """Return an entry's text; that a name was left has no text of its own."""
    if entry.kind in work_words.WITHOUT_WORDS and not entry.text:
        return str(work_words.WITHOUT_WORDS[entry.kind])
    if entry.kind in custody_words.ENTRIES:
        return "\n\n".join(part for part in (str(custody_words.ENTRIES[entry.kind]), entry.text) if part)
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
