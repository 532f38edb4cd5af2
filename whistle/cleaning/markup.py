"""Rewrites the XML of office files as it is read: who, when and on whose machine go, all else stays."""

import re
from collections.abc import Callable
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from whistle.cleaning.kinds import CannotClean

Pairs = list[tuple[str, str]]
Hook = Callable[[str, Pairs], Pairs | None]

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DUBLIN: Final = "http://purl.org/dc/elements/1.1/"

NO_TIME: Final = "2000-01-01T00:00:00"
"""Stands where a format demands a time."""

NESTED: Final = 1_000
"""Elements in elements: tables in tables go some dozen deep."""

_GONE: Final = frozenset(
    {"rsids", "docId", "docVars", "attachedTemplate", "mailMerge", "absPath", "revisionPtr", "presenceInfo"}
    | {"creator-initials", "sender-initials", "date-string"}
)
"""Elements that only say who, when or where (ECMA-376 part 1, 17.15.1; ODF 1.3 part 3, 14.3)."""

_PRINTER: Final = frozenset({"PrinterName", "PrinterSetup", "RsidRoot", "Rsid", "CurrentDatabaseDataSource"})
"""Settings of an ODF that name a machine or follow its editing."""

_NAMES: Final = frozenset({"author", "displayName", "userId", "userName", "refreshedBy", "lastModifiedBy"})
_PEOPLE: Final = frozenset({"cmAuthor", "author", "person", "userInfo", "customWorkbookView"})
_PROPERTIES: Final = frozenset({"coreProperties", "Properties"})
"""The root of a part that says who made the file, wherever it lies (ECMA-376 parts 1 and 2)."""

_OUTSIDE: Final = ("file:", "../", "/")
"""How the address of a file begins that lies beside the document and not in it (ODF 1.3 part 2)."""

_USERS: Final = frozenset({("permStart", "ed"), ("scenario", "user"), ("scenario", "comment")})
"""Attributes of one element that name a user (ECMA-376 part 1)."""

_TIMES: Final = frozenset({"dateUtc", "dT", "dt", "refreshedDate", "refreshedDateIso"})
_FIXED: Final = {("", "initials"): "A", ("", "providerId"): "None"} | {
    (element, "created"): NO_TIME for element in ("cm", "reply")
}
_PATH: Final = re.compile(r"(?i)[\\/]|\.(?:jpe?g|png|gif|tiff?|bmp|heic|webp|emf|wmf)$")


class People:
    """Everybody whom a file names as a writer, under a name that says nothing."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def neutral(self, name: str) -> str:
        """The same name for the same person throughout one file; nobody stays nobody."""
        if not name.strip():
            return name
        return self._known.setdefault(name.strip(), f"Author {len(self._known) + 1}")

    def without(self, text: str) -> str:
        """A text whose beginning names its writer, as a sheet's notes do, under the neutral name."""
        start, colon, rest = text.partition(":")
        known = self._known.get(start.strip()) if colon else self._known.get(text.strip())
        return text if known is None else known + colon + rest


def rewritten(data: bytes, people: People, hook: Hook | None = None) -> bytes:
    """The same XML without what it tells; `hook` may change or refuse an element. Raises `CannotClean`."""
    writer = _Writer(people, hook)
    try:
        return writer.run(data)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise CannotClean("a part is no XML") from error


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


class _Writer:
    """Writes while the parser reads: memory holds one element at a time besides the result."""

    def __init__(self, people: People, hook: Hook | None) -> None:
        self._people, self._hook = people, hook
        self._out: list[str] = [_HEAD]
        self._path: list[str] = []
        self._spaces: dict[str, str] = {}
        self._skipped = 0
        self._open = False

    def run(self, data: bytes) -> bytes:
        parser = expat.ParserCreate()
        parser.buffer_text = parser.ordered_attributes = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = self._text, self._doctype
        parser.Parse(data, True)
        return "".join(self._out).encode()

    def _doctype(self, *_said: object) -> None:
        raise CannotClean("no office writes a document type")

    def _start(self, name: str, flat: list[str]) -> None:
        pairs = list(zip(flat[::2], flat[1::2], strict=True))
        if not self._path and not self._skipped and local(name) in _PROPERTIES:
            raise CannotClean("properties that lie where nobody looks for them")
        self._spaces |= {key[6:]: value for key, value in pairs if key.startswith("xmlns:")}
        kept = None if self._skipped or self._is_gone(name, pairs) else quiet(name, pairs, self._people)
        if kept is not None and self._hook is not None:
            kept = self._hook(local(name), kept)
        if kept is None:
            self._skipped += 1
            return
        if len(self._path) > NESTED:
            raise CannotClean("nested too deep")
        self._close_tag()
        self._path.append(name)
        self._out.append(f"<{name}" + "".join(f" {key}={quoteattr(value)}" for key, value in kept))
        self._open = True

    def _end(self, name: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        self._path.pop()
        self._out.append("/>" if self._open else f"</{name}>")
        self._open = False

    def _text(self, text: str) -> None:
        if self._skipped:
            return
        self._close_tag()
        name = self._path[-1] if self._path else ""
        if self._is_dublin(name, "creator") or (local(name) == "author" and text.strip()):
            text = self._people.neutral(text)
        elif local(name) == "t":
            text = self._people.without(text)
        self._out.append(escape(text))

    def _close_tag(self) -> None:
        if self._open:
            self._out.append(">")
            self._open = False

    def _is_gone(self, name: str, pairs: Pairs) -> bool:
        if local(name) in _GONE or self._is_dublin(name, "date"):
            return True
        return local(name) == "config-item" and any(
            local(key) == "name" and value in _PRINTER for key, value in pairs
        )

    def _is_dublin(self, name: str, word: str) -> bool:
        prefix, _, last = name.rpartition(":")
        return last == word and self._spaces.get(prefix) == _DUBLIN


def quiet(name: str, pairs: Pairs, people: People) -> Pairs:
    """An element's attributes without names, times, editing sessions and paths."""
    element, signed = local(name), any(local(key) == "author" for key, _value in pairs)
    kept = [(key, value) for key, value in pairs if not _tells(element, local(key), value, signed=signed)]
    return [(key, _neutral(element, local(key), value, people)) for key, value in kept]


def _tells(element: str, word: str, value: str, *, signed: bool) -> bool:
    """Whether an attribute says when, in which session, or from which file, and nothing that is shown."""
    if word.startswith("rsid") or word == "paragraph-rsid" or word in _TIMES:
        return True
    if (word == "date" and signed) or (element, word) in (("pageSetup", "id"), ("imagedata", "title")):
        return True
    if (element, word) in _USERS:
        return True
    return word in ("descr", "alt") and _PATH.search(value) is not None


def _neutral(element: str, word: str, value: str, people: People) -> str:
    """A value that formats demand, without the person, time or path in it."""
    if word in _NAMES or (word == "name" and element in _PEOPLE):
        return people.neutral(value)
    if (element, word) in _FIXED:
        return _FIXED[element, word]
    if word == "name" and element in ("cNvPr", "docPr") and _PATH.search(value):
        return "Picture"
    if word == "href" and value.lower().startswith(_OUTSIDE):
        return "file:///removed"
    return _FIXED.get(("", word), value)
