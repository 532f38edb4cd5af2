"""An answer is whole and about whom was asked, or it is refused: bytes in, lines out, and nothing else."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from whistle.connect.contract import (
    LINE_TEXT,
    MOST_FIELDS,
    MOST_FILES,
    MOST_LINES,
    NAME_TEXT,
    VERSION,
    Asked,
    Attached,
    Line,
    Provenance,
    Refused,
    Result,
    Value,
    as_bytes,
    plain,
)  # fmt: skip
from whistle.crypto import strict
from whistle.errors import RuleRefused
from whistle.rules.policy_codes import Basis
from whistle.rules.text import clean_text, file_name


def parse(body: bytes, asked: Asked) -> tuple[Line, ...]:
    """The lines of an answer, none where nothing was found. Raises `Refused` for anything else."""
    root = _Part(_loaded(body), "")
    version = root.take("version")
    if isinstance(version, bool) or not isinstance(version, int) or version != VERSION:
        raise Refused(Result.WRONG_VERSION, "version")
    if root.take("category") != asked.category:
        raise Refused(Result.OTHER_CATEGORY, "category")
    echo = root.part("identifier")
    if echo.take("kind") != asked.kind or plain(echo.text("value", NAME_TEXT)) != plain(asked.value):
        raise Refused(Result.OTHER_PERSON, "identifier")
    echo.finish()
    found, records = root.take("found"), root.parts("records", MOST_LINES)
    root.finish()
    if not isinstance(found, bool) or found != bool(records):
        raise Refused(Result.BROKEN, "found")
    for record in records:
        if plain(record.text("identifier", NAME_TEXT)) != plain(asked.value):
            raise Refused(Result.OTHER_PERSON, record.at("identifier"))
    return tuple(_line(record) for record in records)


def kept(lines: Sequence[Line]) -> bytes:
    """The lines as they are sealed with a request."""
    return as_bytes([_as_dict(line) for line in lines])


def read_back(body: bytes) -> tuple[Line, ...]:
    """What `kept` made."""
    return tuple(_line(_Part(one, f"lines[{n}]")) for n, one in enumerate(json.loads(body)))


def _line(record: "_Part") -> Line:
    line = Line(
        source=record.text("source", NAME_TEXT),
        day=record.day("date"),
        provenance=Provenance(record.one_of("provenance", Provenance)),
        basis=_basis(record),
        fields=_fields(record.part("fields")),
        files=tuple(_file(one) for one in record.parts("files", MOST_FILES, optional=True)),
    )
    record.finish()
    if sum(len(name) + len(str(value)) for name, value in line.fields) > LINE_TEXT:
        raise Refused(Result.TOO_LARGE, record.at("fields"))
    return line


def _basis(record: "_Part") -> Basis | None:
    return None if record.lacks("basis") else Basis(record.one_of("basis", Basis))


def _fields(part: "_Part") -> tuple[tuple[str, Value], ...]:
    names = part.names()
    if not 1 <= len(names) <= MOST_FIELDS:
        raise Refused(Result.BROKEN, part.where)
    return tuple((_text(name, NAME_TEXT, part.where), part.value(name)) for name in names)


def _file(part: "_Part") -> Attached:
    name, said = part.text("name", NAME_TEXT), part.take("content")
    part.finish()
    try:
        if not isinstance(said, str):
            raise Refused(Result.BROKEN, part.at("content"))
        return Attached(file_name(name), base64.b64decode(said.encode("ascii"), validate=True))
    except (binascii.Error, UnicodeEncodeError):
        raise Refused(Result.BROKEN, part.at("content")) from None


class _Part:
    """One object of an answer; each reader takes a key out, and a key that nobody knows is refused."""

    def __init__(self, content: object, where: str) -> None:
        self.where = where
        if not isinstance(content, dict):
            raise Refused(Result.BROKEN, where or "the answer")
        self._left: dict[str, Any] = dict(content)

    def at(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def names(self) -> tuple[str, ...]:
        return tuple(self._left)

    def lacks(self, key: str) -> bool:
        """Whether the key is missing or null, which are one thing where it may be left out."""
        if self._left.get(key) is not None:
            return False
        self._left.pop(key, None)
        return True

    def take(self, key: str) -> object:
        if key not in self._left:
            raise Refused(Result.BROKEN, self.at(key))
        return self._left.pop(key)

    def part(self, key: str) -> "_Part":
        return _Part(self.take(key), self.at(key))

    def parts(self, key: str, most: int, *, optional: bool = False) -> list["_Part"]:
        if optional and self.lacks(key):
            return []
        found = self.take(key)
        if not isinstance(found, list):
            raise Refused(Result.BROKEN, self.at(key))
        if len(found) > most:
            raise Refused(Result.TOO_LARGE, self.at(key))
        return [_Part(one, f"{self.at(key)}[{n}]") for n, one in enumerate(found)]

    def text(self, key: str, limit: int) -> str:
        return _text(self.take(key), limit, self.at(key))

    def one_of(self, key: str, known: type[StrEnum]) -> str:
        found = self.take(key)
        if not isinstance(found, str) or found not in set(known):
            raise Refused(Result.BROKEN, self.at(key))
        return found

    def day(self, key: str) -> date | None:
        if self.lacks(key):
            return None
        found = self.take(key)
        try:
            return date.fromisoformat(found if isinstance(found, str) else "")
        except ValueError:
            raise Refused(Result.BROKEN, self.at(key)) from None

    def value(self, key: str) -> Value:
        """A value of a field; its name is the system's own word, and so is never told."""
        found = self.take(key)
        if found is None or isinstance(found, bool | int | float):
            return found
        return _text(found, LINE_TEXT, self.where, empty=True)

    def finish(self) -> None:
        if self._left:
            raise Refused(Result.BROKEN, self.where or "the answer")


def _text(value: object, limit: int, where: str, *, empty: bool = False) -> str:
    if not isinstance(value, str) or not (empty or value.strip()):
        raise Refused(Result.BROKEN, where)
    try:
        return clean_text(value, limit)
    except RuleRefused as wrong:
        result = Result.TOO_LARGE if wrong.reason == "too_long" else Result.BROKEN
        raise Refused(result, where) from None


def _as_dict(line: Line) -> Mapping[str, object]:
    return {
        "source": line.source,
        "date": None if line.day is None else line.day.isoformat(),
        "provenance": line.provenance,
        "basis": line.basis,
        "fields": dict(line.fields),
        "files": [
            {"name": one.name, "content": base64.b64encode(one.content).decode("ascii")} for one in line.files
        ],
    }


def _loaded(body: bytes) -> object:
    try:
        return strict.read(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Refused(Result.NOT_JSON) from None
