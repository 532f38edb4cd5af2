"""What the deadlines of a case depend on, from days and states alone: for one case or a page of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, func, literal, select, union_all

from whistle.rules.deadlines import CaseFacts
from whistle.vault.facts import CompanyFacts
from whistle.vault.heldtables import open_grounds
from whistle.vault.registertables import case_rights
from whistle.vault.tables import holds
from whistle.vault.worktables import concerned, identity_requests, minutes

HOLD, IDENTITY, MINUTES, GROUND, RIGHTS = "hold", "identity", "minutes", "open_ground", "rights"
"""What a line of the question below is about; every other word is a decision about a person concerned."""

UNDECIDED, DEFERRED = "undecided", "deferred"

_IDS: BindParameter[bytes] = bindparam("ids", expanding=True)
# One question for everything that is not in the case's own row: a list asks it once for all of its rows.
_BESIDE = union_all(
    select(holds.c.case_id, literal(HOLD).label("what"), func.min(holds.c.review_on).label("day"))
    .where(holds.c.case_id.in_(_IDS), holds.c.released_on.is_(None))
    .group_by(holds.c.case_id),
    select(concerned.c.case_id, concerned.c.decision, func.min(concerned.c.review_on))
    .where(concerned.c.case_id.in_(_IDS))
    .group_by(concerned.c.case_id, concerned.c.decision),
    select(identity_requests.c.case_id, literal(IDENTITY), func.min(identity_requests.c.ends_on))
    .where(identity_requests.c.case_id.in_(_IDS), identity_requests.c.state == "approved")
    .group_by(identity_requests.c.case_id),
    select(minutes.c.case_id, literal(MINUTES), func.min(minutes.c.shown_on))
    .where(minutes.c.case_id.in_(_IDS), minutes.c.locked_on.is_(None), minutes.c.shown_on.is_not(None))
    .group_by(minutes.c.case_id),
    select(open_grounds.c.case_id, literal(GROUND), func.min(open_grounds.c.review_on))
    .where(open_grounds.c.case_id.in_(_IDS), open_grounds.c.ended_on.is_(None))
    .group_by(open_grounds.c.case_id),
    select(case_rights.c.case_id, literal(RIGHTS), func.min(case_rights.c.asked_on))
    .where(case_rights.c.case_id.in_(_IDS), case_rights.c.answered_on.is_(None))
    .group_by(case_rights.c.case_id),
)  # fmt: skip

Beside = Mapping[str, date | None]


def beside(db: Connection, case_ids: Sequence[bytes]) -> dict[bytes, dict[str, date | None]]:
    """By case: the earliest day of each thing that is owed and not in the case's row."""
    found: dict[bytes, dict[str, date | None]] = defaultdict(dict)
    for case_id, what, day in db.execute(_BESIDE, {"ids": list(case_ids)}) if case_ids else ():
        found[bytes(case_id)][what] = day
    return found


def facts_of(db: Connection, row: Any, columns: Mapping[str, Any], company: CompanyFacts) -> CaseFacts:
    """What the deadlines of one case depend on, after the changes in `columns`."""
    return joined(row, columns, company, beside(db, [row.id])[bytes(row.id)])


def joined(row: Any, columns: Mapping[str, Any], company: CompanyFacts, beside_it: Beside) -> CaseFacts:
    """The same, from what `beside` found."""

    def value(name: str) -> Any:
        return columns.get(name, getattr(row, name))

    decisions = beside_it.keys() - {HOLD, IDENTITY, MINUTES, GROUND, RIGHTS}
    return CaseFacts(
        state=value("state"),
        country=company.country,
        zone=company.zone,
        received_on=value("received_on"),
        acknowledged_on=value("acknowledged_on"),
        acknowledgement_waived=value("acknowledgement_waived"),
        feedback_given_on=value("feedback_on"),
        closed_on=value("closed_on"),
        purge_due_on=value("purge_on"),
        meeting_wanted=value("meeting_wanted"),
        meeting_held_on=value("meeting_held_on"),
        untouched_since=value("touched_on"),
        hold_review_on=beside_it.get(HOLD),
        concerned_settled=bool(decisions) and not decisions & {UNDECIDED, DEFERRED},
        concerned_undecided=UNDECIDED in decisions,
        concerned_review_on=beside_it.get(DEFERRED),
        identity_ends_on=beside_it.get(IDENTITY),
        minutes_shown_on=beside_it.get(MINUTES),
        ground_review_on=beside_it.get(GROUND),
        rights_asked_on=beside_it.get(RIGHTS),
    )
