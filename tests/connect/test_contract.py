"""An answer is taken whole and about whom was asked, or its wrong part is named, and never its words."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.connect.answers import ASKED, answer, record
from whistle.connect.answers import kept, parse, read_back
from whistle.connect.contract import (
    LINE_TEXT,
    MOST_FIELDS,
    MOST_LINES,
    Asked,
    Line,
    Provenance,
    Refused,
    Result,
)
from whistle.rules.policy_codes import Basis


def refusal(body: bytes) -> tuple[Result, str]:
    with pytest.raises(Refused) as refused:
        parse(body, ASKED)
    return refused.value.result, refused.value.place


def test_a_whole_answer_is_its_lines() -> None:
    files = [{"name": "../photo.png", "content": "aGk="}]
    one, two = parse(answer(record(files=files), record(basis=None, date=None, provenance="derived")), ASKED)
    assert (one.source, one.day, one.provenance, one.basis) == (
        "customers", date(2024, 5, 1), Provenance.HANDED_OVER, Basis.CONTRACT,
    )  # fmt: skip
    assert one.fields == (("name", "Eva Lind"), ("orders", 3))
    assert [(file.name, file.content) for file in one.files] == [("photo.png", b"hi")]
    assert (two.day, two.basis, two.files) == (None, None, ())


def test_nothing_found_is_an_answer() -> None:
    assert parse(answer(), ASKED) == ()


def test_a_question_names_the_person_in_its_body_and_no_document_does_in_its_name() -> None:
    assert json.loads(ASKED.as_json()) == {
        "version": 1, "company": "nordvakt-se", "category": "customer",
        "identifier": {"kind": "email", "value": "eva.lind@mail.example"},
    }  # fmt: skip
    # printf 'email:eva.lind@mail.example' | sha256sum
    assert ASKED.document() == "5d199617d114fe20f0641e06361763dd9d1a1cac659be78465db9fac4eccc930.json"
    assert ASKED.document() == Asked("", "", "email", " EVA.Lind@mail.example").document()
    assert ASKED.document() != Asked("", "", "name", ASKED.value).document()
    assert Asked("", "", "email", "../../etc/passwd\0").document().count("/") == 0


WRONG: list[tuple[bytes, Result, str]] = [
    (b"", Result.NOT_JSON, ""),
    (b"<html>", Result.NOT_JSON, ""),
    (b"\xff{}", Result.NOT_JSON, ""),
    (b'{"version": NaN}', Result.NOT_JSON, ""),
    (b'{"version": 1e999}', Result.NOT_JSON, ""),
    (b'{"version": 1, "version": 1}', Result.NOT_JSON, ""),
    (b"[" * 100_000, Result.NOT_JSON, ""),
    (b'{"version": ' + b"9" * 5000 + b"}", Result.NOT_JSON, ""),
    (answer(record())[:-10], Result.NOT_JSON, ""),
    (b"[]", Result.BROKEN, "the answer"),
    (b"{}", Result.BROKEN, "version"),
    (answer(record(), version=2), Result.WRONG_VERSION, "version"),
    (answer(record(), version="1"), Result.WRONG_VERSION, "version"),
    (answer(record(), version=True), Result.WRONG_VERSION, "version"),
    (answer(record(), category="marketing"), Result.OTHER_CATEGORY, "category"),
    (answer(record(), identifier={"kind": "email", "value": "bo@mail.example"}), Result.OTHER_PERSON,
     "identifier"),
    (answer(record(), identifier={"kind": "name", "value": ASKED.value}), Result.OTHER_PERSON, "identifier"),
    (answer(record(), identifier="eva.lind@mail.example"), Result.BROKEN, "identifier"),
    (answer(record(), record(identifier="bo@mail.example")), Result.OTHER_PERSON, "records[1].identifier"),
    (answer(record(), found=False), Result.BROKEN, "found"),
    (answer(found=True), Result.BROKEN, "found"),
    (answer(found="no"), Result.BROKEN, "found"),
    (answer(record(), more=1), Result.BROKEN, "the answer"),
    (answer(records={}), Result.BROKEN, "records"),
    (answer(*[record()] * (MOST_LINES + 1)), Result.TOO_LARGE, "records"),
    (answer(record(colour="red")), Result.BROKEN, "records[0]"),
    (answer(record(source="")), Result.BROKEN, "records[0].source"),
    (answer(record(source="x" * 201)), Result.TOO_LARGE, "records[0].source"),
    (answer(record(source="a\0b")), Result.BROKEN, "records[0].source"),
    (answer(record(source="\ud800")), Result.BROKEN, "records[0].source"),
    (answer(record(date="yesterday")), Result.BROKEN, "records[0].date"),
    (answer(record(date=20240501)), Result.BROKEN, "records[0].date"),
    (answer(record(provenance="guessed")), Result.BROKEN, "records[0].provenance"),
    (answer(record(provenance=1)), Result.BROKEN, "records[0].provenance"),
    (answer(record(basis="vital")), Result.BROKEN, "records[0].basis"),
    (answer(record(fields={})), Result.BROKEN, "records[0].fields"),
    (answer(record(fields={"a": [1]})), Result.BROKEN, "records[0].fields"),
    (answer(record(fields={str(n): n for n in range(MOST_FIELDS + 1)})), Result.BROKEN, "records[0].fields"),
    (answer(record(fields={"a": "x" * LINE_TEXT, "b": "y"})), Result.TOO_LARGE, "records[0].fields"),
    (answer(record(files=[{"name": "a", "content": "!"}])), Result.BROKEN, "records[0].files[0].content"),
    (answer(record(files=[{"name": "a", "content": "å"}])), Result.BROKEN, "records[0].files[0].content"),
    (answer(record(files=[{"name": "a", "content": 1}])), Result.BROKEN, "records[0].files[0].content"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "result", "place"), WRONG, ids=range(len(WRONG)))
def test_what_is_not_so_is_refused_and_its_place_named(body: bytes, result: Result, place: str) -> None:
    assert refusal(body) == (result, place)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("version", "category", "identifier", "found", "records")
RECORD_KEYS = ("identifier", "source", "date", "provenance", "basis", "fields", "files")


@given(st.binary(max_size=200) | st.dictionaries(st.sampled_from(KEYS), JSON).map(lambda x: answer(**x)))
def test_whatever_comes_is_lines_or_a_refusal(body: bytes) -> None:
    try:
        lines = parse(body, ASKED)
    except Refused as refused:
        assert refused.result in set(Result)  # noqa: PT017 (either way is right)
    else:
        assert all(isinstance(line, Line) for line in lines)


@given(st.dictionaries(st.sampled_from(RECORD_KEYS), JSON))
def test_whatever_a_line_holds_is_lines_or_a_refusal_that_repeats_no_word(changed: dict[str, Any]) -> None:
    try:
        lines = parse(answer(record(**changed)), ASKED)
    except Refused as refused:
        assert refused.place.startswith("records[0]")  # noqa: PT017 (either way is right)
    else:
        assert read_back(kept(lines)) == lines


VALUES = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(st.characters(codec="utf-8"))


@given(
    st.dictionaries(st.text("abcåäö", min_size=1, max_size=9), VALUES, min_size=1, max_size=5),
    st.sampled_from(Provenance),
    st.none() | st.sampled_from(Basis),
)
def test_what_was_taken_is_read_back_the_same(
    fields: dict[str, Any], provenance: Provenance, basis: Basis | None
) -> None:
    try:
        lines = parse(answer(record(fields=fields, provenance=provenance, basis=basis)), ASKED)
    except Refused as refused:
        assert refused.place == "records[0].fields"  # noqa: PT017 (a control character)
    else:
        assert read_back(kept(lines)) == lines
        assert lines[0].provenance is provenance
