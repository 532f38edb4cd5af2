"""The files of an answer alone: every word is escaped, guarded, in the person's language, and whole."""

import csv
import io
import json
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from whistle.connect.contract import Line, Provenance
from whistle.parties.answer_files import Content, Picked, harmless, make
from whistle.rules.policy import load_policy
from whistle.rules.policy_codes import Basis, Category

POLICY = load_policy(date(2026, 3, 2))
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1)
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def made(language: str, fields: dict[str, Any], **facts: Any) -> dict[str, str]:
    line = Line("customers", None, Provenance.HANDED_OVER, Basis.CONTRACT, tuple(fields.items()))
    picked = (Picked(Category.CUSTOMER, "Register", line),)
    content = Content("R-1", "Nordvakt AB", date(2026, 3, 4), language, POLICY, picked, **facts)
    return {one.name: one.data.decode() for one in make(content)}


@given(st.dictionaries(WORDS, WORDS | st.integers() | st.booleans() | st.none(), min_size=1, max_size=4))
def test_every_value_is_whole_in_json_and_no_cell_is_a_formula(fields: dict[str, Any]) -> None:
    files = made("en", fields)
    assert json.loads(files["your-data.json"])["records"][0]["fields"] == fields
    rows = list(csv.reader(io.StringIO(files["your-data.csv"], newline="")))
    assert {len(row) for row in rows} == {10}
    for row, (name, value) in zip(rows[1:], fields.items(), strict=True):
        assert row[7] in (name, f"'{name}")
        assert not row[7].lstrip().startswith(FORMULA)
        if isinstance(value, str):
            assert row[8] in (value, f"'{value}")
            assert not row[8].lstrip().startswith(FORMULA)


def test_what_only_looks_like_a_formula_is_guarded_and_a_number_is_not() -> None:
    for text in ("=1", " =1", "\t=1", "@x", "-1", "+1", "\n=1", "\u00a0=1", "\uff1d1"):
        assert harmless(text) == f"'{text}"
    for value, shown in ((-1, "-1"), (-1.5, "-1.5"), (True, "true"), (None, ""), ("a=1", "a=1")):
        assert harmless(value) == shown


def test_the_page_and_the_names_are_in_swedish_for_who_wrote_in_swedish() -> None:
    files = made("sv", {"namn": "Eva <b>"})
    assert set(files) == {f"dina-uppgifter.{kind}" for kind in ("json", "csv", "html")}
    page = files["dina-uppgifter.html"]
    for said in (
        '<html lang="sv">',
        "Dina uppgifter",
        "Kunddata",
        "Du har lämnat den",
        "Avtal",
        "inget datum",
    ):
        assert said in page
    assert "Eva &lt;b&gt;" in page


def test_an_answer_to_take_elsewhere_says_why_there_is_nothing() -> None:
    content = Content("R-1", "Nordvakt AB", date(2026, 3, 4), "sv", POLICY, (), ())
    page = next(one.data.decode() for one in make(content) if one.name == "att-ta-med.html")
    assert "Inget av det här kan tas med." in page
