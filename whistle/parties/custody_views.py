"""What the pages of custody and disclosure are given: frozen, opened for one request, kept nowhere."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request to learn who the reporter is, as the case's handlers read it.

    `state` is `waiting`, `approved`, `refused` or `ended`; a reason that this key does not open is empty.
    """

    id: str
    who: str
    mine: bool
    asked_on: date
    would_hinder: bool
    state: str
    decided_by: str
    decided_on: date | None
    ends_on: date | None
    reason: str
    decision_reason: str


@dataclass(frozen=True, slots=True)
class IdentityDesk:
    """What a case's page says of who its reporter is, before anything of it is opened.

    `until`: the day on which the reader's own approval ends; `direct`: there is no custodian, each reading
    leaves its reason; `renewal_due`: a custodian left, and the next name is sealed under a new key.
    """

    given_on: date | None = None
    withdrawn_on: date | None = None
    originals: bool = False
    requests: tuple[RequestView, ...] = ()
    waiting: bool = False
    until: date | None = None
    direct: bool = False
    renewal_due: bool = False


NOTHING_GIVEN = IdentityDesk()


@dataclass(frozen=True, slots=True)
class WaitingView:
    """A request as a custodian reads it: who, where, why; nothing else of the case.

    `has_key`: the custodian holds the keys of the case, so that they can approve.
    """

    id: str
    number: str
    company_name: str
    who: str
    asked_on: date
    days: int
    told: bool
    reason: str
    hinder_reason: str
    has_key: bool


@dataclass(frozen=True, slots=True)
class CustodyDesk:
    """A custodian's page: what waits, and for whom the old cases are to be opened as well."""

    waiting: tuple[WaitingView, ...]
    lacking_cases: int
    lacking_people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskedView:
    """What the reporter learns of a request: its state, and days."""

    state: str
    asked_on: date
    decided_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class IdentityMailbox:
    """What the mailbox says about a name that was given: never the name.

    `has_custodian`: somebody is there to approve that it is opened.
    """

    may_withdraw: bool = False
    withdrawn_on: date | None = None
    asked: tuple[AskedView, ...] = ()
    has_custodian: bool = True


NOTHING_ASKED = IdentityMailbox()


@dataclass(frozen=True, slots=True)
class ConsentView:
    """A disclosure beyond the circle: to whom, why, what; `provision` where a law demands it.

    `told_on`: the day the reporter read of it first, None while telling them would endanger something.
    """

    id: str
    basis: str
    state: str
    asked_on: date
    asked_by: str
    recipient: str
    purpose: str
    what: str
    provision: str
    endangers_reason: str
    told_on: date | None
    decided_on: date | None
    carried_out_on: date | None
    ready: bool
    may_answer: bool
