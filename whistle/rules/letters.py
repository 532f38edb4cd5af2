"""A letter about a right says everything the law wants in it, in the person's language, or it is not sent."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

from whistle.errors import RuleRefused
from whistle.rules.profiles import COUNTRIES, load_profiles
from whistle.rules.requests import check_reasons
from whistle.rules.tables import LANGUAGES, Label, Table, packaged_text, parse
from whistle.rules.verdicts import Answer

FILE: Final = "letters.toml"

_PLACE: Final = re.compile(r"\{([a-z]+)\}")


class LetterKind(StrEnum):
    """The letters that the law asks something of."""

    ANSWER = "answer"
    REFUSAL = "refusal"
    EXTENSION = "extension"
    FEE_NOTICE = "fee_notice"


class Part(StrEnum):
    """What a letter can be asked to say."""

    RECEIVED = "received"
    SAID = "said"
    REASONS = "reasons"
    GROUNDS = "grounds"
    UNTIL = "until"
    REPLY_BY = "reply_by"
    FEE = "fee"
    AUTHORITY = "authority"
    EDPB = "edpb"
    COURT = "court"


#: What stands in a part's text to be filled in; a part has its own, and no other.
_PLACES: Final[Mapping[Part, frozenset[str]]] = MappingProxyType(
    {
        **{part: frozenset({str(part)}) for part in Part},
        Part.SAID: frozenset({"reasons"}),
        Part.REPLY_BY: frozenset({"until"}),
        Part.COURT: frozenset(),
    }
)


@dataclass(frozen=True)
class Letter:
    """What goes into a letter; `grounds` are paragraphs or S-numbers, as the verdicts give them.

    `until` is the new target of an extension, or the day until which the person can reply to a notice.
    """

    kind: LetterKind
    language: str
    country: str
    received_on: date
    reasons: str = field(repr=False)
    grounds: tuple[str, ...] = ()
    until: date | None = None
    fee: str = ""


@dataclass(frozen=True)
class Form:
    """How a letter begins and which parts it must have."""

    opening: Label
    parts: tuple[Part, ...]
    source: str


@dataclass(frozen=True)
class Continuation:
    """What a country's law adds to the neutral sentence, and what it tells the handlers who answer."""

    text: Label
    for_handlers: Label
    source: str
    effective_from: date


@dataclass(frozen=True)
class Wording:
    """All that letters are made of."""

    neutral: Label
    countries: Mapping[str, Continuation]
    parts: Mapping[Part, Label]
    forms: Mapping[LetterKind, Form]


@cache
def load_wording() -> Wording:
    """Return the wording that travels with the program; SettingsWrong names the first faulty entry."""
    return parse_wording(packaged_text(FILE), FILE)


def parse_wording(text: str, where: str = FILE) -> Wording:
    """Read the wording from TOML; unknown words, codes missing or doubled, labels and places are refused."""
    root = parse(text, where)
    neutral = root.table("neutral")
    label = neutral.label("text")
    _sourced(neutral)
    listed = neutral.table("country")
    countries = {code: _continuation(listed.table(code)) for code in listed.unread()}
    if set(countries) != COUNTRIES:
        raise neutral.wrong(f"the countries must be {', '.join(sorted(COUNTRIES))}.")
    parts = {Part(code): _part(one, Part(code)) for code, one in _coded(root, "part", Part)}
    forms = {LetterKind(code): _form(one) for code, one in _coded(root, "letter", LetterKind)}
    for table in (neutral, root):
        table.finish()
    return Wording(label, MappingProxyType(countries), MappingProxyType(parts), MappingProxyType(forms))


def _coded(root: Table, key: str, known: Iterable[str]) -> list[tuple[str, Table]]:
    codes = frozenset(known)
    found = [(one.one_of("code", codes), one) for one in root.tables(key)]
    if sorted(code for code, _one in found) != sorted(codes):
        raise root.wrong(f"[[{key}]] must name each of {', '.join(sorted(codes))} once.")
    return found


def _sourced(table: Table) -> tuple[str, date]:
    return table.text("source"), table.day("effective_from")


def _continuation(table: Table) -> Continuation:
    text = _placed(table, frozenset({"authority"}))
    found = Continuation(text, table.label("for_handlers"), *_sourced(table))
    table.finish()
    return found


def _part(table: Table, part: Part) -> Label:
    text = _placed(table, _PLACES[part])
    table.finish()
    return text


def _placed(table: Table, places: frozenset[str]) -> Label:
    text = table.label("text")
    for language in LANGUAGES:
        if set(_PLACE.findall(text.in_language(language))) != places:
            wanted = ", ".join(f"{{{place}}}" for place in sorted(places)) or "no {…}"
            raise table.wrong(f'the "{language}" text must have {wanted} to fill in.')
    return text


def _form(table: Table) -> Form:
    parts = table.texts("parts", ())
    for part in parts:
        if part not in set(Part):
            raise table.wrong(f'part "{part}" is unknown; use {", ".join(sorted(Part))}.')
    if not ({Part.AUTHORITY, Part.EDPB, Part.COURT} <= set(parts) and {Part.SAID, Part.REASONS} & set(parts)):
        raise table.wrong("said or reasons, authority, edpb and court stand in every letter (GDPR 12(4)).")
    source, _day = _sourced(table)
    form = Form(table.label("opening"), tuple(Part(part) for part in parts), source)
    table.finish()
    return form


def kind_of(answers: Iterable[Answer]) -> LetterKind:
    """Return which letter tells of these decisions: one "no" among them makes it a refusal."""
    return LetterKind.REFUSAL if Answer.NO in set(answers) else LetterKind.ANSWER


def compose(letter: Letter) -> str:
    """Return the whole letter, a paragraph for each part that it must have.

    RuleRefused `reasons`, `letter_grounds`, `letter_until`, `letter_fee`: what the officer has to give first.
    SettingsWrong for an unknown country.
    """
    form = load_wording().forms[letter.kind]
    _check_given(letter, form)
    paragraphs = (_paragraph(letter, part) for part in form.parts)
    return "\n\n".join((form.opening.in_language(letter.language), *paragraphs))


def _check_given(letter: Letter, form: Form) -> None:
    check_reasons(letter.reasons)
    if Part.GROUNDS in form.parts and not any(ground.strip() for ground in letter.grounds):
        raise RuleRefused("letter_grounds", "Name the ground in law or in the policy.")
    if letter.until is None and {Part.UNTIL, Part.REPLY_BY} & set(form.parts):
        raise RuleRefused("letter_until", "Say until which day.")
    if Part.FEE in form.parts and not letter.fee.strip():
        raise RuleRefused("letter_fee", "Say what it would cost, or that it would be declined.")


def _paragraph(letter: Letter, part: Part) -> str:
    filled = _filling(letter)
    # Not str.format: what an officer wrote may hold braces, and they stay as they are.
    text = load_wording().parts[part].in_language(letter.language)
    return _PLACE.sub(lambda place: filled[place[1]], text)


def _filling(letter: Letter) -> Mapping[str, str]:
    return {
        "reasons": letter.reasons.strip(),
        "grounds": "; ".join(letter.grounds),
        "received": letter.received_on.isoformat(),
        "until": "" if letter.until is None else letter.until.isoformat(),
        "fee": letter.fee.strip(),
        "authority": _authorities(letter.country),
        "edpb": _edpb(letter.country),
    }


def _authorities(country: str) -> str:
    bodies = load_profiles().of(country).authorities_for("privacy")
    return ", ".join(f"{one.name} ({one.url})" for one in bodies)


def _edpb(country: str) -> str:
    return ", ".join(one.url for one in load_profiles().union_for(country) if one.purpose == "privacy")


def missing(letter: Letter, text: str) -> tuple[Part, ...]:
    """Return the parts that the law wants and that `text`, as it is to be sent, does not have."""
    said = " ".join(text.split())
    return tuple(
        part
        for part in load_wording().forms[letter.kind].parts
        if " ".join(_paragraph(letter, part).split()) not in said
    )


def check_letter(letter: Letter, text: str) -> None:
    """Refuse to send a letter that lacks something.

    RuleRefused: those of compose, and `letter_` with the first part that is missing from `text`.
    """
    _check_given(letter, load_wording().forms[letter.kind])
    lacks = missing(letter, text)
    if lacks:
        raise RuleRefused(f"letter_{lacks[0]}", f"The letter lacks: {', '.join(lacks)}.")


def neutral(country: str, language: str) -> str:
    """Return the sentence about reports that everybody gets, with what the country's law adds."""
    wording = load_wording()
    law = wording.countries[load_profiles().of(country).country].text.in_language(language)
    added = _PLACE.sub(lambda _place: _authorities(country), law)
    return f"{wording.neutral.in_language(language)}\n\n{added}"


def neutral_size() -> int:
    """Return the bytes of the longest neutral sentence, so that all of them can be sealed at one size."""
    return max(len(neutral(country, language).encode()) for country in COUNTRIES for language in LANGUAGES)
