"""Every letter has the same number of bytes, and says the same to everybody whatever there is to do."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime
from types import MappingProxyType
from typing import Final

Texts = Mapping[str, Mapping[str, str]]

#: By kind and language. No case, no company, no word of what it is about (INTERFACE, "E-mail to staff").
TEXTS: Final[Texts] = MappingProxyType(
    {
        "reminder": {
            "en": "There is something for you to do at {name}.",
            "sv": "Det finns något för dig att göra på {name}.",
        },
        "board": {
            "en": "A case has no handler.",
            "sv": "Ett ärende har ingen handläggare.",
        },
    }
)

#: Addresses are filled up to a multiple of so many letters: nearly all of them are then equally long.
ADDRESS_STEP: Final = 64
#: A base64 line of MIME holds 76 letters at most, which are 57 bytes (RFC 2045, 6.8).
LINE_BYTES: Final = 57
#: A header's line is folded here (RFC 5322, 2.1.1).
HEADER_LINE: Final = 76

NEWLINE: Final = b"\r\n"


#: The subject of a letter with a code; its text is the code, and not a word beside it.
CODE_SUBJECT: Final[Mapping[str, str]] = MappingProxyType({"en": "Code", "sv": "Kod"})


def code_letter(*, sender: str, address: str, code: str, language: str, at: datetime, mark: str) -> bytes:
    """Return a whole message that says a code and nothing else, not even which site it is for."""
    head = _head(sender, address, CODE_SUBJECT.get(language, CODE_SUBJECT["en"]), at, mark)
    lines = [f"{field}: {value}".encode("ascii") for field, value in head]
    return NEWLINE.join([*lines, b"", *_body(code, len(code)), b""])


def letter(
    *, sender: str, address: str, kind: str, language: str, name: str, at: datetime, mark: str
) -> bytes:
    """Return a whole message (RFC 5322) of `kind`, in `language` or else in English.

    `name` is the site's, `at` the fixed hour, `mark` 32 hex digits that stay the same when it is sent again.
    All letters of a site are equally long but for addresses over a multiple of 64 letters.
    """
    shown = "".join(symbol for symbol in name if symbol.isprintable())
    said = {key: [text.format(name=shown) for text in texts.values()] for key, texts in TEXTS.items()}
    every = [text for texts in said.values() for text in texts]
    text = TEXTS[kind].get(language, TEXTS[kind]["en"]).format(name=shown)
    subject = _filled(_subject(text), max(len(_subject(one)) for one in every))
    head = _head(sender, address, subject, at, mark)
    lines = [f"{field}: {value}".encode("ascii") for field, value in head]
    return NEWLINE.join([*lines, b"", *_body(text, max(len(one.encode()) for one in every)), b""])


def _head(sender: str, address: str, subject: str, at: datetime, mark: str) -> tuple[tuple[str, str], ...]:
    return (
        ("From", sender),
        ("To", _filled(address, -(-len(address) // ADDRESS_STEP) * ADDRESS_STEP)),
        ("Subject", subject),
        ("Date", format_datetime(at.astimezone(UTC))),
        ("Message-ID", f"<{mark}@{sender.rpartition('@')[2]}>"),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
        ("Content-Type", 'text/plain; charset="utf-8"'),
        ("Content-Transfer-Encoding", "base64"),
    )


def _subject(text: str) -> str:
    return Header(text, "us-ascii" if text.isascii() else "utf-8", HEADER_LINE, "Subject").encode(
        linesep="\r\n"
    )


def _filled(text: str, length: int) -> str:
    return text + " " * (length - len(text))


def _body(text: str, length: int) -> list[bytes]:
    filled = text.encode() + b" " * (length - len(text.encode())) + NEWLINE
    pieces = (filled[start : start + LINE_BYTES] for start in range(0, len(filled), LINE_BYTES))
    return [base64.b64encode(piece) for piece in pieces]
