"""What an officer decides, beside what the rules say: it may differ, with a reason, and that is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from whistle.errors import RuleRefused
from whistle.parties.casefile import Opened
from whistle.parties.report_form import LINE_LIMIT, FormRefused, Problem
from whistle.parties.request_facts import Known, found_of
from whistle.parties.request_views import DecisionView, VerdictView
from whistle.rules.asked_facts import MISSING, facts_of, keeping_of
from whistle.rules.keeping import Keeping
from whistle.rules.policy import load_policy
from whistle.rules.policy_codes import TABLE, Category, Right, Why
from whistle.rules.requests import REASONS_LIMIT, check_reasons
from whistle.rules.rights import Answer, Facts, Verdict, decide
from whistle.rules.tables import LANGUAGES
from whistle.rules.text import clean_text
from whistle.vault.facts import CaseStatus

YES, NO, PARTLY = "yes", "no", "partly"
DECIDED = (YES, NO, PARTLY)
"""What an officer can decide; everything but the first is refused in part or whole."""

WHOLE = frozenset({Right.COMPLAINT, Right.COMPENSATION})
"""Rights that are about no category."""


@dataclass(frozen=True, slots=True)
class Said:
    """The fields of a decision as they were typed."""

    right: str
    category: str
    verdict: str
    ground: str = field(default="", repr=False)
    reasons: str = field(default="", repr=False)
    review_on: str = ""


def checked(said: Said, status: CaseStatus, known: Known) -> dict[str, str]:
    """The fields of the record of a decision, beside what the rules say of what is known.

    Raises `FormRefused`, `RuleRefused`:
    `handlers_answer`: reports are not an officer's. `marketing_stops`: there is nothing to weigh.
    `name_the_use`: an objection that names no use is asked about, not refused.
    """
    rule = _rule_of(said, status, known)
    if said.verdict not in DECIDED:
        raise FormRefused((Problem("verdict", "unknown" if said.verdict else "missing"),))
    if rule.category is Category.WHISTLEBLOWING and rule.right not in WHOLE:
        raise RuleRefused("handlers_answer", "Reports are answered by those appointed for them.")
    if said.verdict != YES:
        _require_refusable(rule)
    ground = clean_text(said.ground, LINE_LIMIT).strip()
    if said.verdict != YES and not ground:
        raise FormRefused((Problem("ground", "missing"),))
    differs = said.verdict != rule.answer
    reasons = check_reasons(said.reasons) if differs else clean_text(said.reasons, REASONS_LIMIT).strip()
    return {
        "right": said.right, "category": said.category, "verdict": said.verdict, "ground": ground,
        "reasons": reasons, "review_on": _review(said), "policy_verdict": str(rule.answer),
        "why": str(rule.why), "version": str(rule.version),
    }  # fmt: skip


def _review(said: Said) -> str:
    """A restriction that is granted is looked at again on a day that is said."""
    if said.right != Right.RESTRICTION or said.verdict == NO:
        return ""
    try:
        return date.fromisoformat(said.review_on.strip()).isoformat()
    except ValueError:
        raise RuleRefused("review_date", "Say when the restriction is looked at again.") from None


def _rule_of(said: Said, status: CaseStatus, known: Known) -> Verdict:
    if said.right not in set(Right):
        raise FormRefused((Problem("right", "unknown" if said.right else "missing"),))
    category = said.category or (Category.CUSTOMER if said.right in WHOLE else "")
    if category not in set(Category):
        raise FormRefused((Problem("category", "unknown" if category else "missing"),))
    return rule(category, said.right, status, known)


def rule(category: str, right: str, status: CaseStatus, known: Known) -> Verdict:
    """What the rules say, by the policy that held on the day of the request, of what is known today."""
    return _Rules(status, known).of(category, right)


class _Rules:
    """What the rules say of one request: facts of a category are worked out once, for all of its rights."""

    def __init__(self, status: CaseStatus, known: Known) -> None:
        self._country, self._known = status.company.country, known
        self._policy = load_policy(status.received_on)
        self._facts: dict[str, Facts] = {}
        self._keeping: dict[str, Keeping] = {}

    def of(self, category: str, right: str) -> Verdict:
        """The verdict on a right over a category."""
        kind = Category(category)
        if category not in self._facts:
            found = found_of(self._known, category)
            self._facts[category] = facts_of(
                kind, self._country, found, self._policy, self._known.today, named=self._known.named
            )
        return decide(kind, Right(right), self._country, self._facts[category], self._policy)

    def keeping(self, category: str) -> Keeping:
        """How long data of a category is kept, as far as it is known."""
        if category not in self._keeping:
            found = found_of(self._known, category)
            self._keeping[category] = keeping_of(Category(category), self._country, found, self._policy)
        return self._keeping[category]


def _require_refusable(rule_says: Verdict) -> None:
    if rule_says.why is Why.MARKETING_STOPS:
        raise RuleRefused("marketing_stops", "An objection to marketing is followed at once.")
    if rule_says.why is Why.NAME_THE_PROCESSING:
        raise RuleRefused("name_the_use", "Ask which use is meant; do not refuse.")


def is_named(dialogue: Sequence[Opened]) -> bool:
    """Whether the person said in words what it is about, with the request or since."""
    texts = [one.fields["text"] for one in dialogue if one.fields["type"] in ("request", "message")
             and one.fields["by"] == "reporter"]  # fmt: skip
    return any(text.strip() for text in texts)


def reviewed_on(notes: Sequence[Opened], *, besides: tuple[str, str]) -> date | None:
    """The earliest day on which a restriction is looked at again, as the last decisions stand.

    `besides`: of all but this right and kind.
    """
    last = {(one.fields["right"], one.fields["category"]): one.fields.get("review_on", "")
            for one in notes if one.fields["type"] == "decision"}  # fmt: skip
    days = [date.fromisoformat(day) for place, day in last.items() if day and place != besides]
    return min(days, default=None)


def decided(notes: Sequence[Opened]) -> tuple[DecisionView, ...]:
    """Every decision that was kept, oldest first."""
    return tuple(_view(one) for one in notes if one.fields["type"] == "decision")


def _view(record: Opened) -> DecisionView:
    fields = record.fields
    return DecisionView(
        fields["right"], fields["category"], fields["verdict"], fields["ground"], fields["reasons"],
        record.day,
        fields.get("author", ""), fields["policy_verdict"], fields["verdict"] != fields["policy_verdict"],
    )  # fmt: skip


def refused(notes: Sequence[Opened]) -> tuple[str, ...]:
    """The grounds on which something is refused as things stand: the last decision of each right counts."""
    last = {(one.right, one.category): one for one in decided(notes)}
    return tuple(dict.fromkeys(one.ground for one in last.values() if one.verdict != YES))


def verdicts(
    asked: Mapping[str, Any], status: CaseStatus, notes: Sequence[Opened], known: Known
) -> tuple[VerdictView, ...]:
    """For each right and category that was asked for, what the rules say and what was decided last."""
    last = {(one.right, one.category): one for one in decided(notes)}
    rules = _Rules(status, known)
    return tuple(
        _verdict(right, category, rules, last.get((right, category))) for right, category in places(asked)
    )


def places(asked: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Each right that was asked for, with each category it is about; "" for a right that is about none."""
    kinds = asked["categories"] or [str(one) for one in Category]
    return tuple(
        (str(right), category)
        for right in Right
        if right in asked["rights"]
        for category in (kinds if right in (*TABLE, Right.CHILD) else [""])
    )


def _verdict(right: str, category: str, rules: _Rules, last: DecisionView | None) -> VerdictView:
    says = rules.of(category or Category.CUSTOMER, right)
    words = {language: says.label.in_language(language) for language in LANGUAGES}
    kept = rules.keeping(category) if category and right in (Right.ERASURE, Right.CHILD) else None
    missing = MISSING.get(says.why) if category and says.answer is Answer.OFFICER else None
    return VerdictView(
        right, category, str(says.answer), words, says.source, last,
        says.said, tuple(str(one) for one in says.bases) if category else (),
        "" if kept is None else str(kept.outcome), None if kept is None else kept.until,
        "" if missing is None else str(missing),
    )  # fmt: skip


def undecided(asked: Mapping[str, Any], notes: Sequence[Opened]) -> tuple[tuple[str, str], ...]:
    """What an officer has to decide and has not: each right and category.

    Reports are not theirs; a complaint goes to the authority, a claim for damages to legal.
    """
    done = {(one.right, one.category) for one in decided(notes)}
    return tuple(
        place
        for place in places(asked)
        if place not in done and place[1] not in ("", Category.WHISTLEBLOWING)
    )
