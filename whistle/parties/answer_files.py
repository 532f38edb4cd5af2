"""The files of an answer are made from chosen lines alone: JSON, CSV and a page, each of a size that fits."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from typing import Final

from whistle.connect.contract import Line, Value
from whistle.errors import RuleRefused
from whistle.rules.answer_words import Term, load_answer_words
from whistle.rules.policy_codes import Category
from whistle.rules.policy_words import Policy

#: One file, so that a phone can open it and a browser can show it (own choice).
FILE_BYTES: Final = 8 * 1024 * 1024
#: All files of one answer: what is made in memory and fetched over a slow line (own choice).
ANSWER_BYTES: Final = 64 * 1024 * 1024
#: Beside the three: so many are still found by somebody who looks for one (own choice).
ANSWER_FILES: Final = 200

#: A spreadsheet takes a cell that begins so for a formula, and may run it (OWASP, "CSV injection").
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

_STYLE: Final = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:1rem auto;padding:0 1rem;"
    "color:#1a1a1a;background:#fff}section{border-top:1px solid #767676;margin-top:1.5rem}"
    "dt{font-weight:600}dd{margin:0 0 .5rem;white-space:pre-wrap;overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}}"
)


@dataclass(frozen=True)
class Picked:
    """A line that goes out, and the system it is from."""

    category: Category
    system: str
    line: Line


@dataclass(frozen=True)
class LeftOut:
    """What a portability answer leaves out: a category or some of its lines, with its grounds and why."""

    category: Category
    bases: tuple[str, ...]
    why: Mapping[str, str]
    source: str
    count: int


@dataclass(frozen=True)
class Content:
    """What goes into the files; `left_out` is None where nothing is left out by right (access)."""

    number: str
    company: str
    made_on: date
    language: str
    policy: Policy
    picked: tuple[Picked, ...] = field(repr=False)
    left_out: tuple[LeftOut, ...] | None = None


@dataclass(frozen=True)
class Made:
    """A file that is ready to be sealed."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class _Part:
    """Some of the lines: each with its number in the whole, and the names of its own files."""

    n: int
    of: int
    lines: tuple[tuple[int, Picked], ...]


def make(content: Content) -> tuple[Made, ...]:
    """The files of one kind of answer, in parts where they are large. Raises `RuleRefused("answer_large")`.

    The size of what goes out is known before it is begun, so that nothing is made half.
    """
    count = sum(len(one.line.files) for one in content.picked)
    if count > ANSWER_FILES or sum(_least(one.line) for one in content.picked) > ANSWER_BYTES:
        raise _large()
    attached = tuple(
        Made(_attached_name(n, position, one.name), one.content)
        for n, picked in enumerate(content.picked, start=1)
        for position, one in enumerate(picked.line.files, start=1)
    )
    parts = _parts(content, tuple(enumerate(content.picked, start=1)))
    stem = _words(content)(Term.ACCESS_NAME if content.left_out is None else Term.PORTABILITY_NAME)
    files: list[Made] = []
    for n, lines in enumerate(parts, start=1):
        part = _Part(n, len(parts), lines)
        ending = f"-{n}" if len(parts) > 1 else ""
        files += (Made(f"{stem}{ending}.{kind}", form(content, part)) for kind, form in _FORMS.items())
    whole = (*files, *attached)
    if sum(len(one.data) for one in whole) > ANSWER_BYTES:
        raise _large()
    return whole


def _large() -> RuleRefused:
    return RuleRefused("answer_large", "Choose fewer lines for one answer, and send the rest in another.")


def _least(line: Line) -> int:
    """What a line takes at least, told without making anything of it."""
    text = sum(len(name) + len(shown(value)) for name, value in line.fields)
    return text + sum(len(one.content) for one in line.files)


def _parts(content: Content, lines: tuple[tuple[int, Picked], ...]) -> list[tuple[tuple[int, Picked], ...]]:
    """The lines in as many parts as fit; one line always fits (contract.LINE_TEXT)."""
    part = _Part(1, 1, lines)
    if len(lines) < 2 or all(len(form(content, part)) <= FILE_BYTES for form in _FORMS.values()):  # noqa: PLR2004 (half of one is none)
        return [lines]
    middle = len(lines) // 2
    return _parts(content, lines[:middle]) + _parts(content, lines[middle:])


def _attached_name(n: int, position: int, name: str) -> str:
    return f"{n:04d}-{position:02d}-{name}"


def _file_names(n: int, line: Line) -> list[str]:
    return [_attached_name(n, at, one.name) for at, one in enumerate(line.files, start=1)]


def _words(content: Content) -> Callable[[Term], str]:
    words = load_answer_words()
    return lambda term: words[term].in_language(content.language)


def _json(content: Content, part: _Part) -> bytes:
    """Everything with the codes of the policy, for a system."""
    said: dict[str, object] = {
        "version": 1,
        "kind": "access" if content.left_out is None else "portability",
        "request": content.number,
        "company": content.company,
        "made_on": content.made_on.isoformat(),
        "part": part.n,
        "parts": part.of,
        "records": [_record(n, picked) for n, picked in part.lines],
    }
    if content.left_out is not None:
        said["left_out"] = [
            {
                "category": one.category,
                "bases": list(one.bases),
                "why": one.why[content.language],
                "source": one.source,
                "records": one.count,
            }
            for one in content.left_out
        ]
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def _record(n: int, picked: Picked) -> dict[str, object]:
    line = picked.line
    return {
        "n": n,
        "category": picked.category,
        "system": picked.system,
        "source": line.source,
        "date": None if line.day is None else line.day.isoformat(),
        "provenance": line.provenance,
        "basis": line.basis,
        "fields": dict(line.fields),
        "files": _file_names(n, line),
    }


def _csv(content: Content, part: _Part) -> bytes:
    """One row a field (RFC 4180, UTF-8), so that lines of different systems stand in one table."""
    del content
    out = io.StringIO(newline="")
    rows = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(
        ("n", "category", "system", "source", "date", "provenance", "basis", "field", "value", "files")
    )
    for n, picked in part.lines:
        line = picked.line
        day = "" if line.day is None else line.day.isoformat()
        head = (str(n), str(picked.category), harmless(picked.system), harmless(line.source), day,
                str(line.provenance), str(line.basis or ""))  # fmt: skip
        files = harmless("; ".join(_file_names(n, line)))
        for name, value in line.fields:
            rows.writerow((*head, harmless(name), harmless(value), files))
    return out.getvalue().encode()


def harmless(value: Value) -> str:
    """A cell that no spreadsheet takes for a formula; a number stays one, also below zero."""
    text = shown(value)
    is_number = isinstance(value, int | float)
    is_formula = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if is_formula and not is_number else text


def shown(value: Value) -> str:
    """A value as text: nothing, true and false as JSON has them."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _page(content: Content, part: _Part) -> bytes:
    """A page of its own that asks nothing of any other: it can be kept and printed."""
    word = _words(content)
    is_access = content.left_out is None
    title = word(Term.ACCESS_TITLE if is_access else Term.PORTABILITY_TITLE)
    head = [(word(Term.REQUEST), content.number), (word(Term.COMPANY), content.company),
            (word(Term.MADE_ON), content.made_on.isoformat())]  # fmt: skip
    if part.of > 1:
        head.append((word(Term.PART), f"{part.n} / {part.of}"))
    body = [
        f"<h1>{escape(title)}</h1>", _facts(head),
        f"<p>{escape(word(Term.ACCESS_INTRO if is_access else Term.PORTABILITY_INTRO))}</p>",
        *(_section(content, n, picked) for n, picked in part.lines),
    ]  # fmt: skip
    if not part.lines:
        body.append(f"<p>{escape(word(Term.NO_LINES))}</p>")
    if content.left_out is not None:
        body += _left_out(content, content.left_out)
    return (
        f'<!doctype html>\n<html lang="{escape(content.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    ).encode()


def _section(content: Content, n: int, picked: Picked) -> str:
    word, line = _words(content), picked.line
    rows = [
        (word(Term.SYSTEM), picked.system), (word(Term.SOURCE), line.source),
        (word(Term.DATE), word(Term.NO_DATE) if line.day is None else line.day.isoformat()),
        (word(Term.PROVENANCE), word(Term(line.provenance))),
        (word(Term.BASIS), _basis(content, line.basis)),
        *((name, shown(value)) for name, value in line.fields),
    ]  # fmt: skip
    if line.files:
        rows.append((word(Term.FILES), "\n".join(_file_names(n, line))))
    label = content.policy.categories[picked.category].label.in_language(content.language)
    return f"<section>\n<h2>{n}. {escape(label)}</h2>\n{_facts(rows)}\n</section>"


def _left_out(content: Content, left: Sequence[LeftOut]) -> list[str]:
    word, policy, language = _words(content), content.policy, content.language
    parts = [f"<h2>{escape(word(Term.LEFT_TITLE))}</h2>", f"<p>{escape(word(Term.LEFT_INTRO))}</p>"]
    for one in left:
        grounds = ", ".join(_basis(content, basis) for basis in one.bases) or word(Term.NO_BASIS)
        rows = [(word(Term.WHY), f"{one.why[language]} ({one.source})" if one.source else one.why[language]),
                (word(Term.BASIS), grounds)]  # fmt: skip
        if one.count:
            rows.append((word(Term.COUNT), str(one.count)))
        label = policy.categories[one.category].label.in_language(language)
        parts.append(f"<section>\n<h3>{escape(label)}</h3>\n{_facts(rows)}\n</section>")
    return parts


def _basis(content: Content, basis: str | None) -> str:
    found = next((one.label for code, one in content.policy.bases.items() if code == basis), None)
    return _words(content)(Term.NO_BASIS) if found is None else found.in_language(content.language)


def _facts(rows: Sequence[tuple[str, str]]) -> str:
    inside = "\n".join(
        f'<dt dir="auto">{escape(name)}</dt><dd dir="auto">{escape(value)}</dd>' for name, value in rows
    )
    return f"<dl>\n{inside}\n</dl>"


_FORMS: Final[Mapping[str, Callable[[Content, _Part], bytes]]] = {"json": _json, "csv": _csv, "html": _page}
