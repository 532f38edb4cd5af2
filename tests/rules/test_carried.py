"""What can be taken elsewhere was handed over on consent or contract; everything else has a reason (S40)."""

from datetime import date

import pytest

from whistle.errors import SettingsWrong
from whistle.rules import answer_words
from whistle.rules.answer_words import Term, load_answer_words, parse_answer_words
from whistle.rules.carried import Held, left_out, verdict_on
from whistle.rules.policy import load_policy
from whistle.rules.policy_codes import Basis, Category, Why
from whistle.rules.tables import packaged_text
from whistle.rules.verdicts import Answer

POLICY = load_policy(date(2026, 3, 2))
C, B = Category, Basis


@pytest.mark.parametrize(
    ("category", "basis", "handed_over", "answer"),
    [
        (C.CUSTOMER, B.CONTRACT, True, Answer.YES),
        (C.CUSTOMER, None, True, Answer.YES),
        (C.CUSTOMER, B.LEGAL_OBLIGATION, True, Answer.NO),
        (C.CUSTOMER, B.CONTRACT, False, Answer.NO),
        (C.MARKETING, B.CONSENT, True, Answer.YES),
        (C.MARKETING, B.LEGITIMATE_INTEREST, True, Answer.NO),
        (C.MARKETING, None, True, Answer.OFFICER),
        (C.SERVICE_HISTORY, B.CONTRACT, True, Answer.YES),
        (C.WEB, B.CONSENT, True, Answer.YES),
        (C.WEB, B.CONSENT, False, Answer.NO),
        (C.MOBILE_TRAFFIC, None, True, Answer.YES),
        (C.BOOKKEEPING, B.LEGAL_OBLIGATION, True, Answer.NO),
        (C.VIDEO, B.LEGITIMATE_INTEREST, True, Answer.NO),
        (C.ALARM_LOGS, B.CONTRACT, True, Answer.NO),
        (C.ACCESS_LOGS, None, True, Answer.UNDECIDED),
        (C.WHISTLEBLOWING, B.LEGAL_OBLIGATION, True, Answer.NO),
    ],
)
def test_one_line(category: Category, basis: Basis | None, handed_over: bool, answer: Answer) -> None:  # noqa: FBT001 (a table)
    assert verdict_on(Held(category, basis, handed_over), "SE", POLICY).answer is answer


def test_every_category_without_a_line_is_listed_once_in_the_policys_order() -> None:
    assert [one.category for one in left_out((), "SE", POLICY)] == list(POLICY.categories)
    lines = [
        Held(C.CUSTOMER, B.CONTRACT, handed_over=False),
        Held(C.CUSTOMER, B.CONTRACT, handed_over=True),
        Held(C.MARKETING, B.LEGITIMATE_INTEREST, handed_over=True),
    ]
    left = {one.category: one.why for one in left_out(lines, "SE", POLICY)}
    assert set(left) == set(Category) - {C.CUSTOMER}
    assert left[C.MARKETING] is Why.NOT_PORTABLE_BASIS
    assert left[C.MOBILE_TRAFFIC] is Why.HANDING_OVER_UNKNOWN


def test_the_words_of_an_answer_are_whole_in_both_languages() -> None:
    words = load_answer_words()
    assert set(words) == set(Term)
    for name in (Term.ACCESS_NAME, Term.PORTABILITY_NAME):
        assert all(words[name].in_language(one).isascii() for one in ("en", "sv"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('sv = "Dina uppgifter"', "", '"sv" is missing'),
        ("[access_title]", "[access_head]", '"access_title" is missing'),
        ("[why]", '[more]\nen = "x"\nsv = "y"\n[why]', '"more" is unknown'),
    ],
)
def test_a_word_that_is_missing_or_unknown_stops_the_start(old: str, new: str, says: str) -> None:
    with pytest.raises(SettingsWrong, match=says):
        parse_answer_words(packaged_text(answer_words.FILE).replace(old, new, 1))
