"""The lists of the work on a case are whole and sourced, and nothing outside them is chosen."""

import pytest

from whistle.errors import RuleRefused, SettingsWrong
from whistle.rules import triage
from whistle.rules.tables import packaged_text
from whistle.rules.triage import Chosen, check_no_feedback, check_triage, load_lists, parse_lists, require

TEXT = packaged_text(triage.FILE)


def reason(act: object, *said: object, **more: object) -> str:
    with pytest.raises(RuleRefused) as error:
        act(*said, **more)  # type: ignore[operator]
    return error.value.reason


def test_the_lists_are_there_with_the_codes_that_are_stored() -> None:
    codes = {name: [choice.code for choice in choices] for name, choices in load_lists().items()}
    assert codes == {
        "scope": ["yes", "no", "unclear"],
        "severity": ["low", "medium", "high"],
        "priority": ["normal", "first", "now"],
        "note": ["memory", "draft", "finished"],
        "no_feedback": ["given_before", "declined", "unreachable"],
        "came_by": ["phone", "letter", "meeting"],
        "met": ["call", "meeting"],
    }


def test_an_assessment_says_at_least_whether_the_channel_is_for_it() -> None:
    check_triage(Chosen("yes", "", ""))
    check_triage(Chosen("no", "high", "now"))
    assert reason(check_triage, Chosen("", "high", "now")) == "scope"
    assert reason(check_triage, Chosen("maybe", "", "")) == "scope"
    assert reason(check_triage, Chosen("yes", "extreme", "")) == "severity"
    assert reason(check_triage, Chosen("yes", "low", "later")) == "priority"


def test_feedback_given_before_is_a_ground_only_where_it_was() -> None:
    check_no_feedback("given_before", given=True)
    check_no_feedback("unreachable", given=False)
    assert reason(check_no_feedback, "given_before", given=False) == "no_feedback"
    assert reason(check_no_feedback, "busy", given=True) == "no_feedback"


def test_a_refusal_is_called_by_its_list_or_as_the_caller_says() -> None:
    assert require("met", "call") == "call"
    assert reason(require, "met", "letter") == "met"
    assert reason(require, "note", "", reason="note_kind") == "note_kind"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[met]", "[meet]"),
        ('code = "low"', 'code = "high"'),
        ('sv = "Låg"', 'no = "Lav"'),
        ("[scope]\nsource", "[scope]\nwhy"),
        ('code = "normal"', 'code = "normal"\nweight = 1'),
    ],
)
def test_a_faulty_list_does_not_load(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(SettingsWrong, match=r"triage\.toml"):
        parse_lists(TEXT.replace(old, new, 1))


def test_a_list_without_an_entry_does_not_load() -> None:
    begin = TEXT.index("[[met.choice]]")
    with pytest.raises(SettingsWrong, match="entries"):
        parse_lists(TEXT[:begin])
