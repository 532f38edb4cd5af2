"""A passage is taken out of exactly one place, and everything around it stays as it was written."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.errors import RuleRefused
from whistle.rules import redaction
from whistle.rules.redaction import Erased

DAY = date(2026, 3, 12)


def cut(fields: dict[str, Any], passage: str, ground: str = "not_relevant", which: int = 0) -> dict[str, Any]:
    start = redaction.places(fields["text"], passage)[which]
    return redaction.without(fields, start, Erased(len(passage), ground, DAY))


def test_a_passage_goes_and_a_mark_says_how_much_why_and_when() -> None:
    after = cut({"text": "Her son Olle is ill. She paid.", "n": 1}, "Her son Olle is ill.")
    assert "Olle" not in str(after)
    assert redaction.pieces(after) == (
        redaction.Piece("", Erased(20, "not_relevant", DAY)), redaction.Piece(" She paid."),
    )  # fmt: skip
    assert redaction.plain(after) == "[Erased: 20 characters, 2026-03-12] She paid."
    assert redaction.short(after) == "[…] She paid."
    assert after["n"] == 1


def test_several_are_erased_one_after_the_other_wherever_they_stand() -> None:
    fields: dict[str, Any] = {"text": "one two three two four"}
    for passage, which in (("three", 0), ("two", 1), ("one", 0), ("four", 0), ("two", 0)):
        fields = cut(fields, passage, which=which)
    assert [piece.text for piece in redaction.pieces(fields)] == ["", " ", " ", " ", " ", ""]
    assert [piece.erased.characters for piece in redaction.pieces(fields) if piece.erased] == [3, 3, 5, 3, 4]


def test_a_mark_that_somebody_typed_is_text() -> None:
    typed = f"look: {redaction.MARK} here"
    assert redaction.pieces({"text": typed}) == (redaction.Piece(typed),)
    after = cut({"text": typed}, "look")
    assert [piece.text for piece in redaction.pieces(after)] == ["", f": {redaction.MARK} here"]


@pytest.mark.parametrize(("start", "characters"), [(-1, 2), (0, 0), (3, 3), (99, 1), (0, 6)])
def test_a_place_outside_the_text_is_refused(start: int, characters: int) -> None:
    with pytest.raises(RuleRefused):
        redaction.without({"text": "words"}, start, Erased(characters, "not_relevant", DAY))


def test_what_is_gone_is_not_erased_again() -> None:
    after = cut({"text": "a secret b"}, "secret")
    for start in range(3):
        with pytest.raises(RuleRefused):
            redaction.without(after, start, Erased(4 - start, "not_relevant", DAY))


@given(st.text(min_size=1, max_size=60), st.data())
def test_whatever_stands_around_it_is_untouched(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(1, len(text) - start))
    once = redaction.without({"text": text}, start, Erased(length, "sensitive", DAY))
    shown = redaction.pieces(once)
    assert [piece.text for piece in shown] == [text[:start], text[start + length :]]
    assert shown[0].erased == Erased(length, "sensitive", DAY)


def test_nothing_of_an_erased_file_is_left() -> None:
    fields = {"files": [{"id": "aa", "name": "Olle.pdf", "size": 9}, {"id": "bb", "name": "b"}]}
    after = redaction.without_file(fields, "aa", Erased(0, "other_person", DAY))
    assert "Olle" not in str(after)
    assert redaction.erased_files(after) == (Erased(0, "other_person", DAY),)
    with pytest.raises(RuleRefused):
        redaction.without_file(after, "aa", Erased(0, "other_person", DAY))


@pytest.mark.parametrize(
    ("characters", "is_file", "second"), [(500, False, False), (501, False, True), (0, True, True)]
)
def test_much_or_a_file_takes_two(characters: int, is_file: bool, second: bool) -> None:  # noqa: FBT001
    assert redaction.needs_second(characters, is_file=is_file) is second


@pytest.mark.parametrize("ground", ["", "because", "NOT_RELEVANT"])
def test_a_ground_is_one_of_three(ground: str) -> None:
    with pytest.raises(RuleRefused, match="ground"):
        redaction.check_ground(ground)
    assert redaction.check_ground("sensitive") == "sensitive"


@given(st.lists(st.tuples(st.text(min_size=1, max_size=9), st.booleans()), min_size=1, max_size=7))
def test_what_stood_there_is_known_again_by_what_is_left(stretches: list[tuple[str, bool]]) -> None:
    text = "".join(stretch for stretch, _gone in stretches)
    fields: dict[str, Any] = {"text": text}
    end, kept = len(text), set(range(len(text)))
    for stretch, gone in reversed(stretches):
        start = end - len(stretch)
        if gone:
            fields = redaction.without(fields, start, Erased(len(stretch), "other_person", DAY))
            kept -= set(range(start, end))
        end = start
    assert redaction.may_be_of(fields, text)
    assert not redaction.may_be_of(fields, f"{text}x")
    for at in kept:
        other = "a" if text[at] != "a" else "b"
        assert not redaction.may_be_of(fields, text[:at] + other + text[at + 1 :])
