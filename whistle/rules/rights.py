"""For every category and every right there is one verdict, and it says on what it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from whistle.errors import RuleRefused
from whistle.rules.calendar import add_months
from whistle.rules.policy_codes import PASSED_TO_HANDLERS, Basis, Category, KeptBy, Recipient, Right, Why
from whistle.rules.policy_words import Policy
from whistle.rules.profiles import load_profiles
from whistle.rules.tables import Label
from whistle.rules.verdicts import CELLS, Answer, Facts, Found, Question, bookkeeping_erased, is_kept_by_law

__all__ = [
    "Answer", "Basis", "Category", "Facts", "KeptBy", "Recipient", "Right", "Verdict", "Why",
    "check_recipient", "check_restriction", "decide", "portable",
]  # fmt: skip

#: A restriction is looked at again within a year, as a hold is, so that none is forgotten (own choice).
RESTRICTION_MONTHS: Final = 12


@dataclass(frozen=True)
class Verdict:
    """What the rules say of one right over one category.

    `why` is the code to store, `label` its words. `source` is the paragraph or S-number, `said` the policy's
    own Swedish sentence ("" where it has none). `to_handlers`: the request goes blind to the company's
    handlers once the person is verified, whatever category it names. `version`: of the policy.
    """

    category: Category
    right: Right
    answer: Answer
    why: Why
    bases: tuple[Basis, ...]
    label: Label
    source: str
    said: str
    to_handlers: bool
    version: int


def decide(category: Category, right: Right, country: str, facts: Facts, policy: Policy) -> Verdict:
    """Return the verdict on `right` over data of `category` held by a company of `country`.

    `policy` is the version in force on the day of the request (policy.load_policy). It never fails for want
    of facts: then the answer is `officer` and says what to find out. SettingsWrong for an unknown country.
    """
    kind = policy.categories[category]
    asked = Question(policy, kind, right, load_profiles().of(country).country, facts)
    answer, why = _found(asked)
    cited = (policy.rights[right] if why is Why.RIGHT_APPLIES else policy.reasons[why]).cited
    return Verdict(
        category, right, answer, why, kind.bases, policy.reasons[why].label, cited.source, cited.said,
        right in PASSED_TO_HANDLERS, policy.version,
    )  # fmt: skip


def _found(asked: Question) -> Found:
    if asked.right is Right.COMPLAINT:
        return Answer.YES, Why.TO_AUTHORITY
    if asked.right is Right.COMPENSATION:
        return Answer.OFFICER, Why.TO_LEGAL
    if asked.right is Right.CHILD:
        return _child(asked)
    return CELLS[asked.kind.verdicts[asked.right]](asked)


def _child(asked: Question) -> Found:
    """A parent's request: no ground is asked for, bookkeeping still binds, and a case is never reached."""
    if asked.kind.code is Category.WHISTLEBLOWING:
        return Answer.NO, Why.CASE_NOT_REACHED
    if not asked.facts.parent_checked:
        return Answer.OFFICER, Why.PARENT_UNCHECKED
    if asked.kind.code is Category.BOOKKEEPING:
        return bookkeeping_erased(asked)
    return (Answer.NO, Why.KEPT_BY_LAW) if is_kept_by_law(asked) else (Answer.YES, Why.CHILD_ERASED)


def portable(
    facts: Mapping[Category, Facts], country: str, policy: Policy
) -> tuple[tuple[Verdict, ...], tuple[Verdict, ...]]:
    """Return what a portability answer holds and what it leaves out, each with its basis and why (S40).

    Every category of the policy stands in one of the two; one that nobody found facts of is left out.
    """
    verdicts = [
        decide(category, Right.PORTABILITY, country, facts.get(category, Facts()), policy)
        for category in policy.categories
    ]
    held = tuple(one for one in verdicts if one.answer is Answer.YES)
    return held, tuple(one for one in verdicts if one.answer is not Answer.YES)


def check_recipient(category: Category, recipient: str, policy: Policy) -> Recipient:
    """Return who may get data of `category`, or refuse: RuleRefused `recipient_kind`, `group_company` (S32).

    A case about misconduct goes to no other company of the group, whoever asks.
    """
    if recipient not in set(Recipient):
        raise RuleRefused("recipient_kind", "Choose what the recipient is.")
    found = Recipient(recipient)
    if found in policy.categories[category].recipients:
        return found
    if found is Recipient.GROUP_COMPANY:
        raise RuleRefused("group_company", "The policy lets this go to no other company of the group.")
    raise RuleRefused("recipient_kind", "The policy does not let this go to such a recipient.")


def check_restriction(review_on: date | None, today: date) -> date:
    """Return the day on which a restriction is looked at again.

    RuleRefused: `review_date` (none), `review_past` (not after today), `review_far` (over 12 months ahead).
    """
    if review_on is None:
        raise RuleRefused("review_date", "Say when the restriction is looked at again.")
    if review_on <= today:
        raise RuleRefused("review_past", "The review must be after today.")
    if review_on > add_months(today, RESTRICTION_MONTHS):
        raise RuleRefused("review_far", f"The review must be within {RESTRICTION_MONTHS} months.")
    return review_on
