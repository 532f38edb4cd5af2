"""Which chosen lines a portability answer carries, and the list of everything that it leaves out, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from whistle.connect.contract import Provenance
from whistle.parties.answer_files import LeftOut, Picked
from whistle.parties.request_views import DecisionView
from whistle.rules.answer_words import Term, load_answer_words
from whistle.rules.carried import Held, left_out, verdict_on
from whistle.rules.policy_codes import Category, Right
from whistle.rules.policy_words import Policy
from whistle.rules.rights import Verdict
from whistle.rules.tables import LANGUAGES, Label
from whistle.rules.verdicts import Answer


@dataclass(frozen=True)
class Sorting:
    """By what lines are sorted: the law of the country, the policy of the day, what an officer decided.

    `answered` are the categories for which a system was asked and answered.
    """

    country: str
    policy: Policy
    decided: Mapping[Category, DecisionView]
    answered: frozenset[Category]


def decisions(made: Sequence[DecisionView]) -> dict[Category, DecisionView]:
    """What was decided last about portability, by category."""
    return {Category(one.category): one for one in made if one.right == Right.PORTABILITY and one.category}


def sort_out(picked: Sequence[Picked], by: Sorting) -> tuple[tuple[Picked, ...], tuple[LeftOut, ...]]:
    """The lines that go along, and what does not, in the policy's order.

    Only what was handed over goes along, whatever was decided (S40); an officer's yes settles on what ground
    it was, an officer's no leaves the whole category out.
    """
    carried: list[Picked] = []
    left: dict[Category, dict[str, LeftOut]] = {category: {} for category in by.policy.categories}
    for one in picked:
        verdict = verdict_on(_held(one), by.country, by.policy)
        if _goes(one, verdict, by):
            carried.append(one)
        else:
            _count(left[one.category], _why_of(one, verdict, by))
    held = {one.category for one in carried}
    for verdict in left_out(map(_held, picked), by.country, by.policy):
        if verdict.category not in held and not left[verdict.category]:
            _count(left[verdict.category], _whole(verdict, by))
    return tuple(carried), tuple(row for rows in left.values() for row in rows.values())


def _held(one: Picked) -> Held:
    return Held(one.category, one.line.basis, one.line.provenance is Provenance.HANDED_OVER)


def _goes(one: Picked, verdict: Verdict, by: Sorting) -> bool:
    if one.line.provenance is not Provenance.HANDED_OVER:
        return False
    decided = by.decided.get(one.category)
    if decided is not None and decided.verdict in (Answer.YES, Answer.NO):
        return decided.verdict == Answer.YES
    return verdict.answer is Answer.YES


def _is_own(decided: DecisionView, verdict: Verdict) -> bool:
    """Whether an officer's no is their own; one that the rules say has the rules' words for the person."""
    return decided.verdict == Answer.NO and (decided.differs or verdict.answer is not Answer.NO)


def _why_of(one: Picked, verdict: Verdict, by: Sorting) -> LeftOut:
    """One line that stays, as a row of the list."""
    bases = verdict.bases if one.line.basis is None else (one.line.basis,)
    decided = by.decided.get(one.category)
    if decided is not None and _is_own(decided, verdict):
        return LeftOut(one.category, bases, _same(decided.ground), "", 1)
    return _unlike(verdict, bases, Term.NOT_SETTLED, 1)


def _whole(verdict: Verdict, by: Sorting) -> LeftOut:
    """A category of which nothing was chosen, and nothing goes."""
    decided = by.decided.get(verdict.category)
    if decided is not None and _is_own(decided, verdict):
        return LeftOut(verdict.category, verdict.bases, _same(decided.ground), "", 0)
    term = Term.NOTHING_FOUND if verdict.category in by.answered else Term.NOT_ASKED
    return _unlike(verdict, verdict.bases, term, 0)


def _unlike(verdict: Verdict, bases: tuple[str, ...], unsettled: Term, count: int) -> LeftOut:
    """A row in words for the person: what the rules tell an officer to find out is no reason to them."""
    term = {Answer.OFFICER: unsettled, Answer.UNDECIDED: Term.SILENT}.get(verdict.answer)
    if term is None:
        return LeftOut(verdict.category, bases, _words(verdict.label), verdict.source, count)
    return LeftOut(verdict.category, bases, _words(load_answer_words()[term]), "", count)


def _count(rows: dict[str, LeftOut], new: LeftOut) -> None:
    """Add a row, or count it with the one that says the same."""
    key = f"{new.why}{new.bases}"
    had = rows.get(key)
    count = new.count + (0 if had is None else had.count)
    rows[key] = LeftOut(new.category, new.bases, new.why, new.source, count)


def _words(label: Label) -> Mapping[str, str]:
    return {language: label.in_language(language) for language in LANGUAGES}


def _same(text: str) -> Mapping[str, str]:
    return dict.fromkeys(LANGUAGES, text)
