"""A letter about a right has all its parts in the person's language, or it is not sent."""

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest

from whistle.errors import RuleRefused, SettingsWrong
from whistle.rules import letters
from whistle.rules.letters import (
    Letter,
    LetterKind,
    check_letter,
    compose,
    kind_of,
    load_wording,
    missing,
    neutral,
    neutral_size,
    parse_wording,
)
from whistle.rules.profiles import load_profiles
from whistle.rules.tables import packaged_text
from whistle.rules.verdicts import Answer

TEXT = packaged_text(letters.FILE)
WHOLE = Letter(
    LetterKind.REFUSAL, "en", "SE", date(2026, 1, 31),
    "The bookkeeping act demands that we keep the invoices.",
    ("1999:1078 7:2", "S38"), date(2026, 4, 30), "300 SEK",
)  # fmt: skip
EVERY = list(product(LetterKind, ("en", "sv"), ("SE", "NO", "FI", "DK")))


@pytest.mark.parametrize(("kind", "language", "country"), EVERY)
def test_a_letter_that_is_composed_lacks_nothing(kind: LetterKind, language: str, country: str) -> None:
    letter = replace(WHOLE, kind=kind, language=language, country=country)
    text = compose(letter)
    check_letter(letter, text)
    (supervisor,) = load_profiles().of(country).authorities_for("privacy")
    assert supervisor.url in text
    assert "edpb.europa.eu" in text
    assert ("court" if language == "en" else "domstol") in text
    assert letter.reasons in text
    assert "2026-01-31" in text
    assert "{" not in text


@pytest.mark.parametrize("kind", list(LetterKind))
def test_a_letter_from_which_any_part_is_cut_is_not_sent(kind: LetterKind) -> None:
    letter = replace(WHOLE, kind=kind)
    paragraphs = compose(letter).split("\n\n")
    parts = load_wording().forms[kind].parts
    for number, part in enumerate(parts, start=1):
        cut = "\n\n".join(paragraphs[:number] + paragraphs[number + 1 :])
        assert missing(letter, cut) == (part,)
        with pytest.raises(RuleRefused) as refused:
            check_letter(letter, cut)
        assert refused.value.reason == f"letter_{part}"
    assert missing(letter, "") == parts


def test_what_an_officer_adds_and_how_lines_break_takes_nothing_away() -> None:
    text = compose(WHOLE).replace(" ", "\n", 7) + "\n\nYours, {authority}"
    assert missing(WHOLE, text) == ()
    braces = replace(WHOLE, reasons="The field {until} of the archive cannot be read.")
    assert "{until} of the archive" in compose(braces)


def test_a_letter_of_another_country_or_language_is_found_out() -> None:
    assert missing(WHOLE, compose(replace(WHOLE, country="FI"))) == ("authority",)
    assert "court" in missing(WHOLE, compose(replace(WHOLE, language="sv")))


@pytest.mark.parametrize(
    ("kind", "lacks", "reason"),
    [
        (LetterKind.ANSWER, {"reasons": ""}, "reasons"),
        (LetterKind.REFUSAL, {"grounds": ()}, "letter_grounds"),
        (LetterKind.REFUSAL, {"grounds": (" ",)}, "letter_grounds"),
        (LetterKind.EXTENSION, {"until": None}, "letter_until"),
        (LetterKind.FEE_NOTICE, {"until": None}, "letter_until"),
        (LetterKind.FEE_NOTICE, {"fee": " "}, "letter_fee"),
    ],
)
def test_what_the_officer_has_to_give_is_asked_for(
    kind: LetterKind, lacks: dict[str, Any], reason: str
) -> None:
    letter = replace(WHOLE, kind=kind, **lacks)
    for refuse in (lambda: compose(letter), lambda: check_letter(letter, compose(WHOLE))):
        with pytest.raises(RuleRefused) as refused:
            refuse()
        assert refused.value.reason == reason


def test_one_no_makes_a_refusal() -> None:
    assert kind_of([Answer.YES, Answer.NO]) is LetterKind.REFUSAL
    assert kind_of([Answer.YES]) is LetterKind.ANSWER


@pytest.mark.parametrize(
    ("country", "words"),
    [
        ("SE", ["2021:890", "9 kap. 1 §", "2018:218", "imy.se", "domstol"]),
        ("FI", ["1171/2022 31 §", "nödvändigt och proportionerligt", "tietosuoja.fi", "artikel 18"]),
        ("NO", ["§ 16", "bokstaven f", "datatilsynet.no"]),
        ("DK", ["§ 22", "datatilsynet.dk"]),
    ],
)
def test_the_neutral_sentence_goes_on_with_the_law_of_the_country(country: str, words: list[str]) -> None:
    text = neutral(country, "sv")
    assert text.startswith("Rapporter om missförhållanden läses bara av dem som har utsetts för det.")
    assert all(word in text for word in words)
    english = neutral(country, "en")
    assert english.startswith("Reports of misconduct are read only by the people appointed for them.")
    assert "does not say whether a report exists" in english
    assert neutral_size() >= max(len(text.encode()), len(english.encode()))
    with pytest.raises(SettingsWrong):
        neutral("XX", "en")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Reasons: {reasons}", "Reasons", "{reasons}"),
        ("No time limit", "No {limit}", "no {…}"),
        ("complain to {authority}", "complain", "{authority}"),
        ('sv = "Skäl: {reasons}"', 'sw = "Skäl: {reasons}"', '"sv" is missing'),
        ('code = "answer"', 'code = "greeting"', '"greeting"'),
        ('code = "answer"', 'code = "refusal"', "once"),
        ('"received", "said", "authority"', '"rumour", "said", "authority"', '"rumour"'),
        ('"said", "authority", "edpb", "court"]', '"said", "authority", "edpb"]', "GDPR 12(4)"),
        ("[neutral.country.NO]", "[neutral.country.IS]", "countries must be"),
        ("[neutral]\n", "[neutral]\nextra = 1\n", '"extra" is unknown'),
        ("[neutral]\n", "[extra]\n[neutral]\n", '"extra" is unknown'),
        ("[[letter]]\n", "[[letter]]\nextra = 1\n", '"extra" is unknown'),
        ('[[part]]\ncode = "fee"', '[[part]]\nextra = 1\ncode = "fee"', '"extra" is unknown'),
        ('for_handlers = { en = "What 9:1', 'for_anybody = { en = "What 9:1', '"for_handlers" is missing'),
    ],
)
def test_a_fault_in_the_wording_stops_the_load(old: str, new: str, says: str) -> None:
    assert old in TEXT
    with pytest.raises(SettingsWrong) as wrong:
        parse_wording(TEXT.replace(old, new, 1))
    assert says in str(wrong.value)
    assert str(wrong.value).startswith("letters.toml")
