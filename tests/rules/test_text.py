"""Text comes through as it was written or is refused by name; a file name cannot point anywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whistle.errors import RuleRefused
from whistle.rules.text import NAME_LIMIT, NAMELESS, clean_text, file_name, is_blank


@pytest.mark.parametrize(
    "text",
    ["", "två\nrader\toch tab", "شكرا \u200f\u202eabc", "e\u0301", "👩\u200d🔧", "\ufeffx", "a\u2028b"],
)
def test_newlines_direction_and_combining_characters_stay(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a\x00b", "nul"),
        ("a\x1bb", "control"),
        ("a\x85b", "control"),
        ("a\x7fb", "control"),
        ("\x0b", "control"),
        (chr(0xD800), "surrogate"),
        ("x" * 100001, "too_long"),
    ],
)
def test_what_no_page_may_carry_is_refused_by_name(text: str, reason: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        clean_text(text)
    assert refused.value.reason == reason


def test_the_refusal_never_repeats_the_text() -> None:
    with pytest.raises(RuleRefused) as refused:
        clean_text("marker\0")
    assert "marker" not in str(refused.value)


def test_the_line_ends_of_a_form_count_once() -> None:
    assert clean_text("a\r\nb\rc", limit=5) == "a\nb\nc"
    assert clean_text("x" * 100_000)


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\u2028b", "a\u2029b", "a\rb"])
def test_a_single_line_holds_no_line_break(text: str) -> None:
    with pytest.raises(RuleRefused, match="control character"):
        clean_text(text, single_line=True)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\anna\\brev.doc", "brev.doc"),
        ("a/b\\c.txt", "c.txt"),
        ("a\nb\x00.pdf", "ab.pdf"),
        ("\u202ecod.exe", "cod.exe"),
        ("", NAMELESS),
        ("..", NAMELESS),
        ("/", NAMELESS),
        ("dir/", "dir"),
        (" a .txt ", "a .txt"),
        ("x. .", "x"),
        (".bashrc", ".bashrc"),
        (chr(0xDFFF) + ".txt", ".txt"),
        ("räksmörgås.odt", "räksmörgås.odt"),
    ],
)
def test_a_file_name_loses_its_path_and_tricks(given_name: str, kept: str) -> None:
    assert file_name(given_name) == kept


def test_a_long_name_keeps_its_extension() -> None:
    assert file_name("x" * 4_000 + ".docx") == "x" * 195 + ".docx"
    assert file_name("x" * 4_000) == "x" * NAME_LIMIT
    assert file_name("x." + "y" * 4_000) == "x." + "y" * 198
    assert file_name("." + "y" * 4_000) == "." + "y" * 199


@given(st.text(alphabet=st.characters(), max_size=500))
def test_any_name_becomes_one_safe_line(name: str) -> None:
    safe = file_name(name)
    assert 0 < len(safe) <= NAME_LIMIT
    assert not set(safe) & set("/\\\n\r\0\u202e\u2066")
    assert safe not in {".", ".."}
    assert file_name(safe) == safe
    safe.encode()


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\ufeff \u2060", "\u3164", "\u2800\u0301", "\u00ad"])
def test_a_text_of_which_nobody_sees_anything_is_blank(text: str) -> None:
    assert is_blank(text)
    assert not is_blank(text + ".")
