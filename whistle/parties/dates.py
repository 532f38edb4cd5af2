"""The dates of an opened case, worked out by the rules from what is not sealed."""

from dataclasses import replace
from datetime import date, datetime

from whistle.rules.deadlines import Duty, duties_at_receipt, duties_of, feedback_last_legal_day
from whistle.rules.retention import RetentionFacts, closed_for_work
from whistle.vault.facts import CaseStatus, OpenedCase

TOLD = ("acknowledgement", "feedback", "purge")
"""What the reporter is told of: what else is owed is the handlers' and the persons concerned's affair."""


def next_of(case: OpenedCase, today: date) -> Duty | None:
    """What the reporter may expect next."""
    return next((duty for duty in standing(case, today) if duty.kind in TOLD), None)


def standing(case: OpenedCase, today: date) -> tuple[Duty, ...]:
    """Everything that is owed and not done, the earliest first."""
    return duties_of(case.deadlines, today)


def owed(status: CaseStatus) -> dict[str, Duty]:
    """What was owed from the day of receipt, by kind."""
    duties = duties_at_receipt(
        status.received_on, status.company.country,
        acknowledgement_waived=status.acknowledgement_waived, meeting=status.meeting_wanted,
    )  # fmt: skip
    found = {duty.kind: duty for duty in duties}
    feedback = found["feedback"]
    last = feedback_last_legal_day(status.received_on, status.acknowledged_on, status.company.country)
    found["feedback"] = replace(feedback, last_legal_day=last)
    return found


def is_past(status: CaseStatus, now: datetime) -> bool:
    """Whether the day of purge has come, so that nobody opens the case for work."""
    facts = RetentionFacts(
        received_on=status.received_on, closed_on=status.closed_on, purge_due_on=status.purge_on,
        zone=status.company.zone, country=status.company.country, state=status.state,
    )  # fmt: skip
    return closed_for_work(facts, now)
