"""Who may hold which keys of which case today, worked out once for the whole site from what stands."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, select

from whistle.crypto.header import Compartment
from whistle.rules.calendar import local_day
from whistle.vault import directory
from whistle.vault.facts import REPORT, REQUEST
from whistle.vault.serverkeys import ServerKeys
from whistle.vault.tables import companies, designations
from whistle.vault.worktables import identity_requests

READING = ("handler", "deputy")
"""Who works on a company's cases; an investigator works on one."""

_ROLES = (*READING, "investigator", "custodian", "privacy_officer")
_APPROVED = select(identity_requests.c.case_id, identity_requests.c.asked_by).where(
    identity_requests.c.state == "approved"
)
_ONCE_CUSTODIAN = select(designations.c.person_id, designations.c.company_id).where(
    designations.c.role == "custodian"
)

Pair = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Entitled:
    """Pairs of person and company (for investigators and approvals: of person and case) that count today."""

    reading: frozenset[Pair]
    opening: frozenset[Pair]
    investigating: frozenset[Pair]
    approved: frozenset[Pair]
    once_opening: frozenset[Pair]
    answering: frozenset[Pair]
    stamp: str

    def may_read(self, person: bytes, company: bytes, case: bytes) -> bool:
        """Whether content and notes of a case are this person's."""
        return (person, company) in self.reading or (person, case) in self.investigating

    def may_keep(
        self, person: bytes, company: bytes, case: bytes, compartment: int, kind: str = REPORT
    ) -> bool:
        """Whether a grant may stay. A handler keeps an identity key that came to them as a handler only.

        Of a privacy request officers keep every part; of its copy those who handle reports, and nobody else.
        """
        if kind != REPORT:
            return (person, company) in (self.answering if kind == REQUEST else self.reading)
        if compartment != Compartment.IDENTITY:
            return self.may_read(person, company, case)
        if (person, company) in self.opening:
            return True
        ours = (person, company) not in self.once_opening or (person, case) in self.approved
        return ours and self.may_read(person, company, case)

    def or_by(self, other: "Entitled") -> "Entitled":
        """Whoever counts by one of the two."""
        return Entitled(
            self.reading | other.reading,
            self.opening | other.opening,
            self.investigating | other.investigating,
            self.approved | other.approved,
            self.once_opening | other.once_opening,
            self.answering | other.answering,
            sha256((self.stamp + other.stamp).encode()).hexdigest(),
        )


def entitled(db: Connection, keys: ServerKeys, now: datetime) -> Entitled:
    """Whose designations stand at `now`, each by its company's own calendar. `stamp` changes when it does."""
    zones = {bytes(row.id): row.zone for row in db.execute(select(companies.c.id, companies.c.zone))}
    found: dict[str, set[Pair]] = defaultdict(set)
    query = directory.RECIPIENTS.where(designations.c.role.in_(_ROLES))
    for row in directory.standing(db, keys, query, now):
        if row.role == "investigator":
            found[row.role].add((bytes(row.person_id), bytes(row.for_case_id or b"")))
        elif row.for_case_id is None:
            found[row.role].add((bytes(row.person_id), bytes(row.company_id)))
    days = sorted(local_day(now, zone).isoformat() for zone in zones.values())
    told = [days, [[role, sorted([a.hex(), b.hex()] for a, b in found[role])] for role in _ROLES]]
    return Entitled(
        frozenset(found["handler"] | found["deputy"]),
        frozenset(found["custodian"]),
        frozenset(found["investigator"]),
        frozenset((bytes(row.asked_by), bytes(row.case_id)) for row in db.execute(_APPROVED)),
        frozenset((bytes(row.person_id), bytes(row.company_id)) for row in db.execute(_ONCE_CUSTODIAN)),
        frozenset(found["privacy_officer"]),
        sha256(json.dumps(told).encode()).hexdigest(),
    )
