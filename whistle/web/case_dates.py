"""The dates of a case in the order in which they happen, each with the rule behind it while it is owed."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from whistle.parties.views import DeskCase
from whistle.rules.deadlines import Duty
from whistle.web import duty_words
from whistle.web import staff_words as words
from whistle.web.languages import day
from whistle.web.staff_words import gettext

#: Rules whose days have no line of their own among what a case owes from its receipt.
OTHERS: Final = (
    "concerned",
    "concerned_review",
    "minutes",
    "untouched",
    "open_cap",
    "ground_review",
    "identity_ends",
    "rights",
)


@dataclass(frozen=True, slots=True)
class DateLine:
    """One line of the dates: what, when, a tag that says whether it was or is in time, and by which rule."""

    term: str
    text: str
    tag: str = ""
    kind: str = "plain"
    rule: str = ""


def dates(case: DeskCase) -> list[DateLine]:
    """Return the dates of the rail, in the order in which they happen."""
    wording = duty_words.Wording(words.DUTIES)
    owed = {duty.kind: duty for duty in case.duties}
    lines = [DateLine(gettext("Received"), day(case.received_on)), _confirmed(case, owed, wording)]
    lines += _between(case, owed, wording)
    lines += [DateLine(gettext("Closed"), day(closed_on)) for closed_on, _ in case.closings]
    lines += [
        DateLine(
            gettext("Held"), gettext("%(ground)s. Reviewed by %(day)s", ground=ground, day=day(review_on))
        )
        for ground, review_on in ((words.word(words.GROUNDS, key), on) for key, on in case.holds)
    ]
    return [*lines, _erased(case)]


def _between(case: DeskCase, owed: dict[str, Duty], wording: duty_words.Wording) -> list[DateLine]:
    """What lies between the confirmation and the closing, done or still owed, in the order of its days."""
    found = [
        (duty.due_on, _due(wording.name(duty), duty, case, wording))
        for duty in case.owed
        if duty.key in OTHERS
    ]
    for term, kind, done_on in (
        (gettext("Meeting"), "meeting", case.meeting_held_on),
        (gettext("Feedback"), "feedback", case.feedback_on),
    ):
        if kind in owed or kind == "feedback":
            on = done_on or (owed[kind].due_on if kind in owed else case.today)
            found.append((on, _done_or_due(term, done_on, owed.get(kind), case, wording)))
    return [line for _on, line in sorted(found, key=lambda one: one[0])]


def _confirmed(case: DeskCase, owed: dict[str, Duty], wording: duty_words.Wording) -> DateLine:
    term = gettext("Confirmed")
    if case.acknowledged_on is None and case.acknowledgement_waived:
        return DateLine(term, gettext("the reporter did not want a confirmation"))
    return _done_or_due(term, case.acknowledged_on, owed.get("acknowledgement"), case, wording)


def _done_or_due(
    term: str, done_on: date | None, owed: Duty | None, case: DeskCase, wording: duty_words.Wording
) -> DateLine:
    if done_on is not None:
        in_time = owed is None or done_on <= owed.due_on
        said = gettext("In time") if in_time else gettext("Late")
        return DateLine(term, day(done_on), said, "good" if in_time else "late")
    if owed is None:
        return DateLine(term, gettext("not given"))
    return _due(term, owed, case, wording)


def _due(term: str, owed: Duty, case: DeskCase, wording: duty_words.Wording) -> DateLine:
    days = (owed.due_on - case.today).days
    urgency = words.urgency(days)
    text = gettext("by %(day)s", day=day(owed.due_on))
    tag = words.days_away(days) if urgency else ""
    return DateLine(term, text, tag, urgency or "plain", wording.rule(owed))


def _erased(case: DeskCase) -> DateLine:
    term = gettext("Erased")
    if case.purge_on is None:
        return DateLine(term, gettext("at most two years after closing. Not closed yet"))
    if case.held:
        return DateLine(
            term, gettext("not before the hold is released. The day is %(day)s", day=day(case.purge_on))
        )
    return DateLine(term, day(case.purge_on))
