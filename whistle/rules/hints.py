"""A writer is shown what in their words may point to them; it is found by plain search and kept nowhere."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

#: More than this many of one kind in one field tells nobody anything new, and bounds the page.
MOST_OF_A_KIND: Final = 10
#: So many places are looked at closely for each search: a text of nothing but numbers must not cost more.
MOST_CANDIDATES: Final = 1_000
#: Longer excerpts are cut: the writer needs to find the place, not to read it again.
EXCERPT: Final = 80

# Every quantifier below is bounded, so the work grows with the length of the text and no faster.
_EMAIL: Final = re.compile(r"(?<![\w.%+\-])[\w.%+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,4}")
_INTERNATIONAL: Final = re.compile(r"(?<![\w+])(?:\+|00)[1-9][0-9 ()/.\-]{6,18}[0-9](?!\w)")
_NATIONAL: Final = re.compile(r"(?<![\w\-.,/+])0[1-9][0-9 ()/\-]{5,14}[0-9](?!\w)")
# Norway and Denmark have no area code: eight digits, in the groupings people write.
_EIGHT_DIGITS: Final = re.compile(
    r"(?<![\w\-.,/+])(?:[2-9][0-9]{7}|[2-9][0-9](?: [0-9]{2}){3}|[2-9][0-9]{2} [0-9]{2} [0-9]{3})"
    r"(?![\w\-]|[.,][0-9])"
)
# SE yyMMdd-nnnn with or without century, NO ddMMyynnnnn, FI ddMMyy-nnnX, DK ddMMyy-nnnn.
_PERSONAL: Final = re.compile(
    r"(?<!\w)(?:(?:[0-9]{2})?[0-9]{6}[\-+ ]?[0-9]{4}|[0-9]{6} ?[0-9]{5}"
    r"|[0-9]{6}[\-+A-FU-Y][0-9]{3}[0-9A-Y])(?!\w)"
)
_CUES: Final = (
    "my name is|i am called|jag heter|mitt namn är|mvh|med vänliga? hälsning(?:ar)?|hälsningar"
    "|(?:best |kind )?regards|sincerely|signed"
)
_CAPITALISED: Final = r"[A-ZÅÄÖÆØ][\w'\-]{1,30}"
_NAME: Final = re.compile(rf"\b(?i:{_CUES})\b[\s,:.!]{{1,4}}({_CAPITALISED}(?: {_CAPITALISED}){{0,2}})")
_FILE_NAME_PERSON: Final = re.compile(
    r"(?<!\w)([A-ZÅÄÖÆØ][a-zåäöæøéü]{1,20})[ .\-]{1,2}([A-ZÅÄÖÆØ][a-zåäöæøéü]{1,30})(?!\w)"
)
#: Words that open a file's name in capitals without being anybody's name.
_NOT_PEOPLE: Final = frozenset(
    {"agreement", "annual", "attachment", "avtal", "bild", "bilaga", "copy", "document", "dokument"}
    | {"draft", "faktura", "final", "foto", "image", "invoice", "kopia", "letter", "list", "meeting"}
    | {"minutes", "möte", "new", "note", "notes", "ny", "page", "photo", "picture", "plan", "protokoll"}
    | {"rapport", "recording", "report", "scan", "scanned", "screen", "screenshot", "shot", "skärmbild"}
    | {"skärmavbild", "summary", "the", "underlag", "video", "whatsapp"}
)

_PHRASES: Final = (
    *("the only one", "only i know", "only i knew", "only i had", "only i have", "i was alone", "i am alone"),
    *("i was the only", "i am the only", "i'm the only", "i\u2019m the only", "nobody else knows"),
    *("nobody else knew", "no one else knows", "no one else knew", "only the two of us", "only two of us"),
    *("just the two of us", "told only me", "only told me", "said only to me", "told me in private"),
    *("as i said at the meeting", "den enda", "den ende", "jag var ensam", "jag är ensam", "var jag ensam"),
    *("bara jag", "endast jag", "ingen annan vet", "ingen annan visste", "ingen annan än jag", "bara vi två"),
    *("bara till mig", "endast till mig", "bara för mig", "sa bara till", "mellan fyra ögon"),
    "som jag sa på mötet",
)

#: Coordination numbers add 60 to the day (SE), D-numbers 40 (NO).
_ADDED_TO_DAY: Final = (0, 40, 60)
_MONTHS: Final = range(1, 13)
_DAYS: Final = range(1, 32)
#: A subscriber's number has seven digits or more; ITU-T E.164 allows fifteen.
_PHONE_DIGITS: Final = range(7, 16)
_WITH_CENTURY: Final = 12
_SHORT_FORM: Final = 10
_DAY_AS_DIGITS: Final = re.compile(r"(?:19|20)[0-9]{2}([0-9]{2})([0-9]{2})")


@dataclass(frozen=True)
class Hint:
    """One place to look at again: its form field, what it may be, and the words, kept out of any repr."""

    field: str
    kind: str
    text: str = dataclasses.field(repr=False)


class _Found(NamedTuple):
    start: int
    kind: str
    text: str
    end: int


def what_may_point_to_you(fields: Mapping[str, str]) -> list[Hint]:
    """Return hints in the order of the fields and their text; an empty list promises nothing.

    Kinds: `phone`, `email`, `personal_number`, `only_one`, `name`. Linear in the length of the text.
    """
    return [Hint(name, one.kind, one.text) for name, text in fields.items() for one in _in_text(text)]


def file_name_hints(names: Iterable[str]) -> list[Hint]:
    """Return a hint per file whose name holds an address, a number or what looks like a person's name."""
    hints = []
    for name in names:
        spaced = name.replace("_", " ")
        found = next(_numbers_and_addresses(spaced), None)
        kind = found.kind if found is not None else ("name" if _names_a_person(spaced) else None)
        if kind is not None:
            hints.append(Hint("files", kind, name[:EXCERPT]))
    return hints


def _names_a_person(name: str) -> bool:
    pairs = (match.groups() for match in _FILE_NAME_PERSON.finditer(name))
    return any(not any(word.lower() in _NOT_PEOPLE for word in pair) for pair in pairs)


def _in_text(text: str) -> list[_Found]:
    found = [*_numbers_and_addresses(text), *_apart(text, _phrases(text)), *_names(text)]
    return sorted(found, key=lambda one: one.start)


def _apart(text: str, found: Iterator[_Found]) -> Iterator[_Found]:
    """Phrases that run into one another are shown as one: "I was the only" and "the only one"."""
    whole: _Found | None = None
    for one in sorted(found, key=lambda one: one.start):
        if whole is not None and one.start < whole.end:
            end = max(whole.end, one.end)
            whole = _Found(whole.start, whole.kind, text[whole.start : end], end)
            continue
        if whole is not None:
            yield whole
        whole = one
    if whole is not None:
        yield whole


def _numbers_and_addresses(text: str) -> Iterator[_Found]:
    taken: list[_Found] = []
    for kind, pattern, believed in _SEARCHES:
        count = 0
        for match in islice(pattern.finditer(text), MOST_CANDIDATES):
            if count >= MOST_OF_A_KIND:
                break
            if not believed(match.group()) or _is_taken(match, taken):
                continue
            count += 1
            taken.append(_Found(match.start(), kind, match.group()[:EXCERPT], match.end()))
    yield from taken


def _is_taken(match: re.Match[str], taken: list[_Found]) -> bool:
    return any(match.start() < one.end and one.start < match.end() for one in taken)


def _phrases(text: str) -> Iterator[_Found]:
    # Searched as plain substrings: a hundred times quicker than an alternation that ignores case.
    # Unicode has one letter whose small form is longer (U+0130); it would shift every place after it.
    flat = text.replace("\u0130", "I").lower().replace("\n", " ").replace("\t", " ")
    for phrase in _PHRASES:
        start, count = flat.find(phrase), 0
        while start >= 0 and count < MOST_OF_A_KIND:
            end = start + len(phrase)
            if _stands_alone(flat, start, end):
                count += 1
                yield _Found(start, "only_one", text[start:end], end)
            start = flat.find(phrase, end)


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not text[max(start - 1, 0) : start].isalnum() and not text[end : end + 1].isalnum()


def _names(text: str) -> Iterator[_Found]:
    for count, match in enumerate(_NAME.finditer(text)):
        if count >= MOST_OF_A_KIND:
            return
        yield _Found(match.start(1), "name", match.group(1), match.end(1))


def _is_personal_number(found: str) -> bool:
    digits = _digits(found)
    if len(found) == len(digits) == _SHORT_FORM and digits.startswith("0"):
        # Ten bare digits that begin with 0 are more often a telephone number than somebody born after 1999.
        return False
    if len(digits) == _WITH_CENTURY:
        digits = digits[2:]
    return _may_be_day(digits[2:4], digits[4:6]) or _may_be_day(digits[2:4], digits[0:2])


def _is_phone(found: str) -> bool:
    written_day = _DAY_AS_DIGITS.fullmatch(found)
    if written_day is not None and _may_be_day(*written_day.groups()):
        return False
    return len(_digits(found)) in _PHONE_DIGITS


def _digits(found: str) -> str:
    return "".join(character for character in found if character.isdigit())


def _may_be_day(month: str, day: str) -> bool:
    return int(month) in _MONTHS and any(int(day) - added in _DAYS for added in _ADDED_TO_DAY)


def _is_email(_found: str) -> bool:
    return True


#: Earlier searches win where two see the same place.
_SEARCHES: Final[tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...]] = (
    ("email", _EMAIL, _is_email),
    ("personal_number", _PERSONAL, _is_personal_number),
    ("phone", _INTERNATIONAL, _is_phone),
    ("phone", _NATIONAL, _is_phone),
    ("phone", _EIGHT_DIGITS, _is_phone),
)
