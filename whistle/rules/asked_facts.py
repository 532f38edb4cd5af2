"""Which facts a verdict asks for, and how what an officer found out becomes what the rules weigh."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from whistle.rules.keeping import Events, Keeping, kept, relation_ended_on
from whistle.rules.policy_codes import (
    ERASURE_GROUNDS,
    RESTRICTION_GROUNDS,
    Basis,
    Category,
    Condition,
    KeptBy,
    Right,
    Why,
)
from whistle.rules.policy_words import Kind, Policy
from whistle.rules.verdicts import EVERYWHERE, Facts


class Fact(StrEnum):
    """What an officer finds out; forms and sealed records say it so."""

    RELATION = "relation"
    PARENT = "parent"
    BASES = "bases"
    GROUNDS = "grounds"
    LIMITS = "limits"
    KEPT_BY = "kept_by"
    DAYS = "days"
    LINKABLE = "linkable"
    HANDED_OVER = "handed_over"
    NAMED = "named"
    OVERRIDING = "overriding"


#: The same for all data of one person, so asked once for a request; the rest is asked for each category.
OF_PERSON: Final = (Fact.RELATION, Fact.PARENT)

_LAW: Final = frozenset({Fact.KEPT_BY, Fact.DAYS})
_ERASED: Final = _LAW | {Fact.GROUNDS, Fact.BASES, Fact.OVERRIDING}

#: What each cell of the table of rights weighs (rules/verdicts.py); a cell that is not here weighs nothing.
_WEIGHS: Final[Mapping[Condition, frozenset[Fact]]] = MappingProxyType(
    {
        Condition.AFTER_RELATION_OR_GROUND: _ERASED | {Fact.RELATION},
        Condition.AFTER_RELATION_ERASED: _ERASED | {Fact.RELATION},
        Condition.ERASE_ON_GROUND: _ERASED,
        Condition.PER_BASIS: _ERASED | {Fact.RELATION},
        Condition.NO_BOOKKEEPING: _LAW,
        Condition.ON_GROUND: frozenset({Fact.LIMITS}),
        Condition.HANDED_OVER: frozenset({Fact.HANDED_OVER}),
        Condition.CONTRACT_PART: frozenset({Fact.BASES, Fact.HANDED_OVER}),
        Condition.IF_CONSENT: frozenset({Fact.BASES, Fact.HANDED_OVER}),
        Condition.AFTER_RELATION: frozenset({Fact.RELATION, Fact.NAMED, Fact.OVERRIDING}),
        Condition.IF_INTEREST: frozenset({Fact.BASES, Fact.NAMED, Fact.OVERRIDING}),
        Condition.YES_NAMED: frozenset({Fact.NAMED, Fact.OVERRIDING}),
        Condition.IF_LINKABLE: frozenset({Fact.LINKABLE}),
        Condition.IF_CONSENT_GIVEN: frozenset({Fact.BASES}),
    }
)

#: Which fact is missing where the rules leave an answer to the officer; without one here there is none.
MISSING: Final[Mapping[Why, Fact]] = MappingProxyType(
    {
        Why.RELATION_UNKNOWN: Fact.RELATION,
        Why.PARENT_UNCHECKED: Fact.PARENT,
        Why.BASIS_UNKNOWN: Fact.BASES,
        Why.NO_ERASURE_GROUND: Fact.GROUNDS,
        Why.NO_RESTRICTION_GROUND: Fact.LIMITS,
        Why.LINKABLE_UNKNOWN: Fact.LINKABLE,
        Why.HANDING_OVER_UNKNOWN: Fact.HANDED_OVER,
        Why.NAME_THE_PROCESSING: Fact.NAMED,
    }
)

#: The days on which a category's period depends, beside those of the relation (rules/keeping.py).
DAYS_OF: Final[Mapping[Category, tuple[str, ...]]] = MappingProxyType(
    {
        Category.BOOKKEEPING: ("financial_year_ended_on",),
        Category.MARKETING: ("stopped_on",),
        Category.SERVICE_HISTORY: ("last_activity_on", "dismantled_on"),
        Category.VIDEO: ("recorded_on", "permit_until"),
        Category.WEB: ("collected_on", "purpose_met_on"),
    }
)
RELATION_DAYS: Final = ("relation_ended_on", "last_interaction_on")

#: A day of the past: what has not happened yet is no fact. A permit says a day to come.
MAY_COME: Final = frozenset({"permit_until"})

#: Categories whose period is counted from the relation.
_OF_RELATION: Final = frozenset({Category.CUSTOMER, Category.MOBILE_TRAFFIC})

#: Bases on which a right depends; what stands on contract or law alone is weighed without asking which.
_CHOSEN: Final = frozenset({Basis.CONSENT, Basis.LEGITIMATE_INTEREST})

RUNS, ENDED, QUIET = "runs", "ended", "quiet"
"""The relation goes on; it was ended expressly; nobody ended it, and the last contact was on a day."""

_EITHER: Final = frozenset({Fact.PARENT, Fact.LINKABLE, Fact.HANDED_OVER, Fact.NAMED, Fact.OVERRIDING})

#: Several may be said at once.
MANY: Final = frozenset({Fact.BASES, Fact.GROUNDS, Fact.LIMITS})

YES, NO, NONE = "yes", "no", "none"
"""`NONE`: looked into, and none of the grounds holds."""


@dataclass(frozen=True)
class Found:
    """What an officer found out about one category, with what holds for the person; "" is not found out."""

    relation: str = ""
    parent: str = ""
    bases: Collection[str] = ()
    grounds: Collection[str] = ()
    limits: Collection[str] = ()
    kept_by: str = ""
    provision: str = ""
    linkable: str = ""
    handed_over: str = ""
    named: str = ""
    overriding: str = ""
    days: Mapping[str, date] = field(default_factory=dict)


def wanted(category: Category, rights: Collection[str], policy: Policy) -> tuple[Fact, ...]:
    """Return the facts that the verdicts on these rights over a category weigh, in the order of the form."""
    kind = policy.categories[category]
    found = {fact for right in rights for fact in _weighed(kind, Right(right))}
    if len(kind.bases) < 2 or not _CHOSEN & set(kind.bases):  # noqa: PLR2004 (one: nothing to find out)
        found.discard(Fact.BASES)
    if Basis.LEGITIMATE_INTEREST not in kind.bases:
        found.discard(Fact.OVERRIDING)
    if not DAYS_OF.get(category):
        found.discard(Fact.DAYS)
    return tuple(fact for fact in Fact if fact in found)


def _weighed(kind: Kind, right: Right) -> frozenset[Fact]:
    if right is Right.CHILD and kind.code is not Category.WHISTLEBLOWING:
        return _LAW | {Fact.PARENT}
    if right not in kind.verdicts:
        return frozenset()
    condition = kind.verdicts[right]
    if condition is Condition.YES:
        return _LAW if right is Right.ERASURE else frozenset()
    return _WEIGHS.get(condition, frozenset())


def keeping_of(category: Category, country: str, found: Found, policy: Policy) -> Keeping:
    """Return how long data of the category is kept, as far as it is known."""
    return kept(category, country, _events(found), policy)


def facts_of(
    category: Category, country: str, found: Found, policy: Policy, today: date, *, named: bool
) -> Facts:
    """Return what the rules weigh; `named`: the person wrote something, where nobody looked closer."""
    grounds, limits = set(found.grounds), set(found.limits)
    return Facts(
        bases=frozenset(Basis(one) for one in found.bases),
        relation_ended=_has_ended(found, policy, today),
        past_period=_is_past(category, country, found, policy, today),
        no_longer_needed=Why.NO_LONGER_NEEDED in grounds,
        consent_withdrawn=Why.CONSENT_WITHDRAWN in grounds,
        marketing_objected=Why.MARKETING_OBJECTED in grounds,
        objected=Why.OBJECTION_PREVAILS in grounds,
        named=named if found.named == "" else found.named == YES,
        overriding=found.overriding == YES,
        objection_pending=Why.OBJECTION_PENDING in limits,
        unlawful=Why.UNLAWFUL in grounds or Why.UNLAWFUL_KEPT in limits,
        erasure_required=Why.ERASURE_REQUIRED in grounds,
        erasure_opposed=Why.UNLAWFUL_KEPT in limits,
        accuracy_contested=Why.ACCURACY_CONTESTED in limits,
        needed_for_claims=Why.NEEDED_FOR_CLAIMS in limits,
        kept_by=KeptBy(found.kept_by) if found.kept_by not in ("", NONE) else None,
        provision=found.provision,
        linkable=_flag(found.linkable),
        handed_over=_flag(found.handed_over),
        parent_checked=found.parent == YES,
        no_erasure_ground=NONE in grounds,
        no_restriction_ground=NONE in limits,
    )


def _flag(said: str) -> bool | None:
    return None if said == "" else said == YES


def _events(found: Found) -> Events:
    law = KeptBy(found.kept_by) if found.kept_by not in ("", NONE) else None
    return Events(**found.days, kept_by=law, provision=found.provision)


def _has_ended(found: Found, policy: Policy, today: date) -> bool | None:
    if found.relation == RUNS:
        return False
    ended = relation_ended_on(_events(found), policy)
    return None if ended is None else ended <= today


def _is_past(category: Category, country: str, found: Found, policy: Policy, today: date) -> bool:
    if category in _OF_RELATION and found.relation == RUNS:
        return False
    return keeping_of(category, country, found, policy).has_ended(today)


def choices(fact: Fact, kind: Kind | None) -> tuple[str, ...]:
    """Return the codes that may be said of a fact, in the order of the form; none for days."""
    if fact is Fact.RELATION:
        return RUNS, ENDED, QUIET
    if fact is Fact.DAYS:
        return ()
    if kind is None or fact in _EITHER:
        return YES, NO
    if fact is Fact.BASES:
        return tuple(str(one) for one in kind.bases)
    if fact is Fact.KEPT_BY:
        laws = [law for law in KeptBy if law in EVERYWHERE or law in kind.exceptions]
        return (NONE, *(str(law) for law in laws))
    grounds = RESTRICTION_GROUNDS if fact is Fact.LIMITS else ERASURE_GROUNDS
    return (*(str(one) for one in grounds if _fits(one, kind)), NONE)


def _fits(ground: Why, kind: Kind) -> bool:
    """A ground that rests on consent, interest or marketing is none where the category has no such thing."""
    if ground is Why.MARKETING_OBJECTED:
        return kind.code is Category.MARKETING
    if ground is Why.CONSENT_WITHDRAWN:
        return Basis.CONSENT in kind.bases
    return ground is not Why.OBJECTION_PREVAILS or Basis.LEGITIMATE_INTEREST in kind.bases
