"""The dates of an opened case, worked out by the rules from what is not sealed."""

from datetime import date, datetime

from whistle.rules.deadlines import CaseFacts, Duty, duties_at_receipt, feedback_last_legal_day, next_duty
from whistle.rules.retention import RetentionFacts, closed_for_work
from whistle.vault.facts import CaseStatus, OpenedCase


def next_of(case: OpenedCase, today: date) -> Duty | None:
    """What has to be done next."""
    status = case.status
    review = min((hold.review_on for hold in case.holds), default=None)
    return next_duty(
        CaseFacts(
            state=status.state, country=status.company.country, zone=status.company.zone,
            received_on=status.received_on, acknowledged_on=status.acknowledged_on,
            acknowledgement_waived=status.acknowledgement_waived, feedback_given_on=status.feedback_on,
            closed_on=status.closed_on, purge_due_on=status.purge_on, meeting_wanted=status.meeting_wanted,
            untouched_since=status.touched_on, hold_review_on=review,
        ),
        today,
    )  # fmt: skip


def owed(status: CaseStatus) -> dict[str, Duty]:
    """What was owed from the day of receipt, by kind."""
    duties = duties_at_receipt(
        status.received_on, status.company.country,
        acknowledgement_waived=status.acknowledgement_waived, meeting=status.meeting_wanted,
    )  # fmt: skip
    found = {duty.kind: duty for duty in duties}
    feedback = found["feedback"]
    last = feedback_last_legal_day(status.received_on, status.acknowledged_on, status.company.country)
    found["feedback"] = Duty(feedback.kind, feedback.due_on, last, feedback.rule)
    return found


def is_past(status: CaseStatus, now: datetime) -> bool:
    """Whether the day of purge has come, so that nobody opens the case for work."""
    facts = RetentionFacts(
        received_on=status.received_on, closed_on=status.closed_on, purge_due_on=status.purge_on,
        zone=status.company.zone, country=status.company.country, state=status.state,
    )  # fmt: skip
    return closed_for_work(facts, now)
