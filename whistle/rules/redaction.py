"""A passage is erased out of a text in one place for good, and a mark that nobody can type says so (L9)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from whistle.errors import RuleRefused

SECOND_OVER: Final = 500
"""Characters: erasing more, or a file, takes a second handler where there is one."""

GROUNDS: Final = ("not_relevant", "sensitive", "other_person")
"""Obviously irrelevant personal data (2021:890 7:7): of any kind; of health, family or belief (GDPR 9); of
somebody whom the case does not concern."""

MARK: Final = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands in the text where something was; it counts only where the record's own list says so."""

FIELD: Final = "redacted"
"""The field of a record that lists what was erased from its text."""

WRITTEN: Final[Mapping[str, Sequence[str]]] = {
    "triage": ("why",), "measure": ("what", "who"), "protection": ("risk", "steps"),
    "concerned": ("person", "remark", "how", "answer"),
    "disclosure_plan": ("recipient", "purpose", "what", "provision", "endangers_reason"),
    "consent_request": ("recipient", "purpose", "what", "provision"),
    "disclosure": ("recipient", "purpose", "what", "provision"),
}  # fmt: skip
"""Records whose words stand in fields of their own, line by line: in place of a text, or beside one that
repeats them."""

ERASED: Final = "erased"
"""What an entry of a record's files holds instead of all else once the file was erased."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What is known of something that was erased: how many characters (0: a file), why, and on which day."""

    characters: int
    ground: str
    day: date


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text as it was written, and what was erased behind it."""

    text: str
    erased: Erased | None = None


def needs_second(characters: int, *, is_file: bool) -> bool:
    """Whether a second handler must agree, where there is one."""
    return is_file or characters > SECOND_OVER


def check_ground(ground: str) -> str:
    """The ground, if it is one. Raises `RuleRefused("redaction_ground")`."""
    if ground not in GROUNDS:
        raise RuleRefused("redaction_ground", "Choose one of the grounds that the law knows.")
    return ground


def places(text: str, passage: str) -> list[int]:
    """Where a passage stands, overlapping or not."""
    found, at = [], text.find(passage) if passage else -1
    while at >= 0:
        found.append(at)
        at = text.find(passage, at + 1)
    return found


def prose(fields: Mapping[str, Any]) -> str:
    """All of a record from which a passage can be erased."""
    if isinstance(fields.get("text"), str):
        return str(fields["text"])
    return "\n".join(str(fields[name]) for name in _written(fields))


def without(fields: Mapping[str, Any], start: int, erased: Erased) -> dict[str, Any]:
    """A record's fields with `erased.characters` of the text gone from `start` on, and marked.

    Raises `RuleRefused("passage")` for a place that is not in the text, or that reaches over an earlier mark
    or from one field into the next.
    """
    text, known = prose(fields), list(fields.get(FIELD, ()))
    end = start + erased.characters
    if not 0 <= start < end <= len(text) or any(start <= one["start"] < end for one in known):
        raise RuleRefused("passage", "The passage is not in the text.")
    shift = 1 - erased.characters
    moved = [one | {"start": one["start"] + shift} if one["start"] >= end else one for one in known]
    new = {
        "start": start,
        "characters": erased.characters,
        "ground": erased.ground,
        "day": erased.day.isoformat(),
    }
    listed = sorted([*moved, new], key=lambda one: int(one["start"]))
    said = {"text": text[:start] + MARK + text[end:]} if "text" in fields else {}
    return {**fields, **said, **_in_fields(fields, text, start, end), FIELD: listed}


def _in_fields(fields: Mapping[str, Any], text: str, start: int, end: int) -> dict[str, str]:
    """The field of its own in which these words stand as well, without them."""
    names = _written(fields)
    if not names or "\n".join(str(fields[name]) for name in names) != text:
        return {}
    at = 0
    for name in names:
        value = str(fields[name])
        if at <= start and end <= at + len(value):
            return {name: value[: start - at] + MARK + value[end - at :]}
        at += len(value) + 1
    raise RuleRefused("passage", "The passage is not in one field.")


def _written(fields: Mapping[str, Any]) -> list[str]:
    return [name for name in WRITTEN.get(str(fields.get("type")), ()) if fields.get(name)]


def line(value: object) -> str:
    """What a field of its own holds, for a page: what was erased of it is three dots."""
    return str(value).replace(MARK, "[…]")


def without_file(fields: Mapping[str, Any], file_id: str, erased: Erased) -> dict[str, Any]:
    """A record's fields with nothing left of one file: not its name, size or hash. Raises `RuleRefused`."""
    listed = fields.get("files", ())
    if not any(one.get("id") == file_id for one in listed):
        raise RuleRefused("passage", "The file is not in this entry.")
    mark = {ERASED: {"ground": erased.ground, "day": erased.day.isoformat()}}
    return {**fields, "files": [mark if one.get("id") == file_id else one for one in listed]}


def pieces(fields: Mapping[str, Any]) -> tuple[Piece, ...]:
    """The text in stretches, with what was erased between them; one piece when nothing was."""
    return tuple(_pieces(prose(fields), fields.get(FIELD, ())))


def erased_files(fields: Mapping[str, Any]) -> tuple[Erased, ...]:
    """What was erased of a record's files."""
    marks = (one[ERASED] for one in fields.get("files", ()) if ERASED in one)
    return tuple(Erased(0, mark["ground"], date.fromisoformat(mark["day"])) for mark in marks)


def plain(fields: Mapping[str, Any]) -> str:
    """The text for a place without marks of its own: what was erased stands in brackets."""
    return "".join(one.text + (_bracketed(one.erased) if one.erased else "") for one in pieces(fields))


def may_be_of(fields: Mapping[str, Any], text: str) -> bool:
    """Whether `text` may be what stood here before anything was erased: as long, and the same around it."""
    at = 0
    for one in pieces(fields):
        if not text.startswith(one.text, at):
            return False
        at += len(one.text) + (one.erased.characters if one.erased else 0)
    return at == len(text)


def short(fields: Mapping[str, Any]) -> str:
    """The text for a line of a list: what was erased is three dots, in every language."""
    return "".join(one.text + ("[…]" if one.erased else "") for one in pieces(fields))


def _pieces(text: str, listed: Sequence[Mapping[str, Any]]) -> Iterator[Piece]:
    at = 0
    for one in listed:
        erased = Erased(one["characters"], one["ground"], date.fromisoformat(one["day"]))
        yield Piece(text[at : one["start"]], erased)
        at = one["start"] + len(MARK)
    yield Piece(text[at:])


def _bracketed(erased: Erased) -> str:
    return f"[Erased: {erased.characters} characters, {erased.day.isoformat()}]"
