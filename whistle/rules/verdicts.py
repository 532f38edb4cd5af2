"""Each cell of the policy's table of rights is one short function from what is known to an answer and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from whistle.rules.policy_codes import Basis, Category, Condition, KeptBy, Right, Why
from whistle.rules.policy_words import Kind, Policy

#: A contract or a consent carries portability (S40, GDPR 20(1)(a)).
_PORTABLE: Final = frozenset({Basis.CONTRACT, Basis.CONSENT})
#: S38 names these for every category; the alarm act holds only where the policy names it.
EVERYWHERE: Final = frozenset({KeptBy.BOOKKEEPING, KeptBy.OTHER_LAW})


class Answer(StrEnum):
    """What a verdict says; `officer`: find something out first, `undecided`: the policy is silent."""

    YES = "yes"
    NO = "no"
    OFFICER = "officer"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Facts:
    """What is known about one person's data of one category; what nobody has found out stays as it is here.

    `bases`: on what it is handled for this person. `past_period`: the policy's period has ended.
    `kept_by`: a law that keeps it, with its `provision` where the policy wants one cited. `objected`: to a
    use that stands on legitimate interest; `named`: the person said which use; `overriding`: the company
    showed reasons that weigh more. `channel_on_interest`: the company has a channel without a duty (L7).
    `no_erasure_ground`, `no_restriction_ground`: looked into, and none of the grounds holds.
    """

    bases: frozenset[Basis] = frozenset()
    relation_ended: bool | None = None
    past_period: bool = False
    no_longer_needed: bool = False
    consent_withdrawn: bool = False
    marketing_objected: bool = False
    objected: bool = False
    named: bool = False
    overriding: bool = False
    objection_pending: bool = False
    unlawful: bool = False
    erasure_required: bool = False
    erasure_opposed: bool = False
    accuracy_contested: bool = False
    needed_for_claims: bool = False
    kept_by: KeptBy | None = None
    provision: str = ""
    linkable: bool | None = None
    handed_over: bool | None = None
    parent_checked: bool = False
    channel_on_interest: bool = False
    no_erasure_ground: bool = False
    no_restriction_ground: bool = False


@dataclass(frozen=True)
class Question:
    """One cell of the table, asked for one person."""

    policy: Policy
    kind: Kind
    right: Right
    country: str
    facts: Facts

    @property
    def bases(self) -> frozenset[Basis]:
        """On what the data stands: what was found out, or the only ground that its category has."""
        found = self.facts.bases & frozenset(self.kind.bases)
        return found or (frozenset(self.kind.bases) if len(self.kind.bases) == 1 else found)


Found = tuple[Answer, Why]


def is_kept(law: KeptBy, provision: str, kind: Kind, policy: Policy) -> bool:
    """Say whether a law keeps data of a category; a provision that is wanted must have a number in it."""
    if law not in EVERYWHERE and law not in kind.exceptions:
        return False
    cited = any(character.isdecimal() for character in provision)
    return cited or not policy.exceptions[law].needs_provision


def is_kept_by_law(asked: Question) -> bool:
    """Say whether a law keeps the data that is asked about."""
    law = asked.facts.kept_by
    return law is not None and is_kept(law, asked.facts.provision, asked.kind, asked.policy)


def erasure_ground(asked: Question) -> Why | None:
    """Return the first ground of S38 that holds, or None."""
    facts, bases = asked.facts, asked.bases
    weighs = facts.objected and not facts.overriding and Basis.LEGITIMATE_INTEREST in bases
    grounds = (
        (Why.ERASURE_REQUIRED, facts.erasure_required),
        (Why.UNLAWFUL, facts.unlawful),
        (Why.MARKETING_OBJECTED, facts.marketing_objected and asked.kind.code is Category.MARKETING),
        (Why.CONSENT_WITHDRAWN, facts.consent_withdrawn and bases == {Basis.CONSENT}),
        (Why.OBJECTION_PREVAILS, weighs),
        (Why.NO_LONGER_NEEDED, facts.no_longer_needed or facts.past_period),
    )
    return next((why for why, holds in grounds if holds), None)


def restriction_ground(facts: Facts) -> Why | None:
    """Return the first ground of S39 that holds, or None."""
    grounds = (
        (Why.ACCURACY_CONTESTED, facts.accuracy_contested),
        (Why.UNLAWFUL_KEPT, facts.unlawful and facts.erasure_opposed),
        (Why.NEEDED_FOR_CLAIMS, facts.needed_for_claims),
        (Why.OBJECTION_PENDING, facts.objection_pending),
    )
    return next((why for why, holds in grounds if holds), None)


def _yes(asked: Question) -> Found:
    if asked.right is not Right.ERASURE:
        return Answer.YES, Why.RIGHT_APPLIES
    return _erased(asked) or (Answer.YES, Why.RIGHT_APPLIES)


def _erased(asked: Question) -> Found | None:
    """What is the same for every erasure: a law that keeps the data wins, then any ground of S38."""
    if is_kept_by_law(asked):
        return Answer.NO, Why.KEPT_BY_LAW
    ground = erasure_ground(asked)
    return None if ground is None else (Answer.YES, ground)


def _after_relation(asked: Question) -> Found:
    decided = _erased(asked)
    if decided is not None:
        return decided
    if asked.facts.relation_ended is None:
        return Answer.OFFICER, Why.RELATION_UNKNOWN
    if asked.facts.relation_ended:
        return Answer.YES, Why.NO_LONGER_NEEDED
    return Answer.NO, Why.STILL_NEEDED


def _on_ground(asked: Question) -> Found:
    if asked.facts.no_erasure_ground:
        return _erased(asked) or (Answer.NO, Why.NO_GROUND_HOLDS)
    return _erased(asked) or (Answer.OFFICER, Why.NO_ERASURE_GROUND)


def _per_basis(asked: Question) -> Found:
    decided = _erased(asked)
    if decided is not None:
        return decided
    if not asked.bases:
        return Answer.OFFICER, Why.BASIS_UNKNOWN
    return _after_relation(asked) if Basis.CONTRACT in asked.bases else _on_ground(asked)


def bookkeeping_erased(asked: Question) -> Found:
    """Bookkeeping binds until the law's own period has ended; where no period is given, nobody guesses."""
    if is_kept_by_law(asked):
        return Answer.NO, Why.KEPT_BY_LAW
    if not any(period.holds_in(asked.country) for period in asked.kind.periods):
        return Answer.UNDECIDED, Why.SILENT
    return (Answer.YES, Why.NO_LONGER_NEEDED) if asked.facts.past_period else (Answer.NO, Why.KEPT_BY_LAW)


def _restricted(asked: Question) -> Found:
    ground = restriction_ground(asked.facts)
    if ground is not None:
        return Answer.YES, ground
    if asked.facts.no_restriction_ground:
        return Answer.NO, Why.NO_LIMIT_HOLDS
    return Answer.OFFICER, Why.NO_RESTRICTION_GROUND


def _ported(asked: Question, carrying: frozenset[Basis]) -> Found:
    if asked.bases and not asked.bases & carrying:
        return Answer.NO, Why.NOT_PORTABLE_BASIS
    if asked.facts.handed_over is None:
        return Answer.OFFICER, Why.HANDING_OVER_UNKNOWN
    if not asked.facts.handed_over:
        return Answer.NO, Why.NOT_HANDED_OVER
    if not asked.bases and not frozenset(asked.kind.bases) <= carrying | {Basis.LEGAL_OBLIGATION}:
        return Answer.OFFICER, Why.BASIS_UNKNOWN
    return Answer.YES, Why.HANDED_OVER


def _weighed(asked: Question) -> Found:
    if not asked.facts.named:
        return Answer.OFFICER, Why.NAME_THE_PROCESSING
    if asked.facts.overriding:
        return Answer.NO, Why.OVERRIDING_GROUNDS
    return Answer.YES, Why.OBJECTION_STANDS


def _if_interest(asked: Question) -> Found:
    if not asked.bases:
        return Answer.OFFICER, Why.BASIS_UNKNOWN
    if Basis.LEGITIMATE_INTEREST not in asked.bases:
        return Answer.NO, Why.NOT_ON_INTEREST
    return _weighed(asked)


def _after_contract(asked: Question) -> Found:
    if asked.facts.relation_ended is None:
        return Answer.OFFICER, Why.RELATION_UNKNOWN
    return _weighed(asked) if asked.facts.relation_ended else (Answer.NO, Why.CONTRACT_RUNS)


def _if_linkable(asked: Question) -> Found:
    if asked.facts.linkable is None:
        return Answer.OFFICER, Why.LINKABLE_UNKNOWN
    return (Answer.YES, Why.RIGHT_APPLIES) if asked.facts.linkable else (Answer.NO, Why.NOT_LINKABLE)


def _withdrawn(asked: Question) -> Found:
    if not asked.bases:
        return Answer.OFFICER, Why.BASIS_UNKNOWN
    return (Answer.YES, Why.CONSENT_ENDS) if Basis.CONSENT in asked.bases else (Answer.NO, Why.NO_CONSENT)


def _channel_restricted(asked: Question) -> Found:
    if asked.country == "FI":
        return Answer.NO, Why.ARTICLE_18_EXCLUDED
    return Answer.YES, Why.CHANNEL_RESTRICTED


def _channel_objection(asked: Question) -> Found:
    return _weighed(asked) if asked.facts.channel_on_interest else (Answer.NO, Why.CHANNEL_OBLIGATION)


def _always(answer: Answer, why: Why) -> Callable[[Question], Found]:
    return lambda _asked: (answer, why)


CELLS: Final[Mapping[Condition, Callable[[Question], Found]]] = MappingProxyType(
    {
        Condition.YES: _yes,
        Condition.SILENT: _always(Answer.UNDECIDED, Why.SILENT),
        Condition.CORRECTION_ENTRY: _always(Answer.YES, Why.CORRECTION_ENTRY),
        Condition.AFTER_RELATION_OR_GROUND: _after_relation,
        Condition.AFTER_RELATION_ERASED: _after_relation,
        Condition.ERASE_ON_GROUND: _on_ground,
        Condition.PER_BASIS: _per_basis,
        Condition.NO_BOOKKEEPING: bookkeeping_erased,
        Condition.ON_GROUND: _restricted,
        Condition.HANDED_OVER: lambda asked: _ported(asked, _PORTABLE),
        Condition.CONTRACT_PART: lambda asked: _ported(asked, frozenset({Basis.CONTRACT})),
        Condition.IF_CONSENT: lambda asked: _ported(asked, frozenset({Basis.CONSENT})),
        Condition.NO_OBLIGATION: _always(Answer.NO, Why.NOT_PORTABLE_BASIS),
        Condition.NO_OBSERVED: _always(Answer.NO, Why.NOT_HANDED_OVER),
        Condition.NO_INTEREST: _always(Answer.NO, Why.NOT_ON_INTEREST),
        Condition.ABSOLUTE: _always(Answer.YES, Why.MARKETING_STOPS),
        Condition.AFTER_RELATION: _after_contract,
        Condition.IF_INTEREST: _if_interest,
        Condition.YES_NAMED: _weighed,
        Condition.IF_LINKABLE: _if_linkable,
        Condition.OTHERS_BLURRED: _always(Answer.YES, Why.OTHERS_BLURRED),
        Condition.OFFICER_PICTURES: _always(Answer.OFFICER, Why.PICTURES_DECIDED),
        Condition.IF_CONSENT_GIVEN: _withdrawn,
        Condition.NO_CONSENT: _always(Answer.NO, Why.NO_CONSENT),
        Condition.CHANNEL_ACCESS: _always(Answer.YES, Why.CHANNEL_LIMITED),
        Condition.CHANNEL_STATEMENT: _always(Answer.YES, Why.CHANNEL_STATEMENT),
        Condition.CHANNEL_ERASURE: _always(Answer.NO, Why.CHANNEL_IRRELEVANT_ONLY),
        Condition.CHANNEL_RESTRICTION: _channel_restricted,
        Condition.CHANNEL_OBJECTION: _channel_objection,
        Condition.CHANNEL_WITHDRAWAL: _always(Answer.YES, Why.CHANNEL_CONSENT),
    }
)
