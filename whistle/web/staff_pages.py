"""What several staff pages are made of: our own drawing of a code, a pattern for copies, the word to wait."""

import re
from typing import Final

from whistle.errors import TooMany
from whistle.web.staff_forms import Refused
from whistle.web.staff_words import ngettext

#: Too many attempts (RFC 6585 section 4).
THROTTLED: Final = 429


class Drawing:
    """Our own drawing of the second factor's code: the one thing on these pages that is markup already."""

    def __init__(self, svg: str) -> None:
        self._svg = svg

    def __html__(self) -> str:
        return self._svg


def too_many(error: TooMany, field: str) -> Refused:
    """The form comes back and says how long to wait."""
    said = ngettext(
        "Too many attempts. Wait %(num)d second, then try again.",
        "Too many attempts. Wait %(num)d seconds, then try again.",
        error.seconds,
    )
    return Refused({field: said}, THROTTLED, retry_after=error.seconds)


def copied(code: str) -> str:
    """A pattern for right copies of `code`: any case, blanks and hyphens anywhere, O as 0, I and L as 1."""
    alike = {"0": "[0Oo]", "1": "[1IiLl]"}
    symbols = [alike.get(one, f"[{one}{one.lower()}]") for one in re.sub("[^0-9A-Z]", "", code.upper())]
    return r"[\s\-]*" + r"[\s\-]*".join(symbols) + r"[\s\-]*"
