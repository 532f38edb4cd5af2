"""Whoever reads a report through is asked before a file goes to handlers that could not be cleaned."""

from collections.abc import Sequence
from typing import Final

from flask import request

from whistle.errors import TooMany
from whistle.parties.sending import Sending, Uncleaned, never_cleaned
from whistle.web.trouble import Trouble
from whistle.web.upload_words import NAME_SHOWN, NOTHING_SENT, busy
from whistle.web.words import gettext as _

#: The field that carries the decision, and what it says when files are to be sent as they are.
FIELD: Final = "uncleaned"
SEND: Final = "send"
#: The field with the names of files that a page said are not cleaned.
NAMED: Final = "named"


def is_decided() -> bool:
    """Whether the sender chose to send what cannot be cleaned."""
    return SEND in request.form.getlist(FIELD)


def trouble(place: Sending) -> Trouble | None:
    """Why the form comes back before it is sent: a file that should have been cleaned could not be.

    A film or an archive that the page named already, which reads the report through, was chosen again to be
    sent as it is. The field stands on pages that name files: who sends at once is not asked.
    """
    try:
        found = place.uncleaned(request.form.getlist(NAMED))
    except TooMany as full:
        return Trouble(429, (("", busy()),), title=str(NOTHING_SENT), retry_after=full.seconds)
    decided = request.form.getlist(FIELD)
    if not found or not decided or SEND in decided:
        return None
    return Trouble(
        422,
        tuple((FIELD, _says(one)) for one in found),
        title=str(NOTHING_SENT),
        text=_("What you wrote is still here. Choose your files again: leave this out, or send it as it is."),
    )


def named(names: Sequence[str]) -> list[str]:
    """The files of which no copy can be made, as far as their names tell."""
    return [name for name in names if never_cleaned(name)]


def _says(file: Uncleaned) -> str:
    name = file.name if len(file.name) <= NAME_SHOWN else file.name[:NAME_SHOWN] + "…"
    if file.reason == "too_large":
        return _('"%(name)s" cannot be cleaned: it is larger than 25 MB.', name=name)
    if file.reason == "kind":
        return _('"%(name)s" cannot be cleaned: nobody here can clean files of this kind.', name=name)
    return _('"%(name)s" cannot be cleaned: it is damaged, locked or holds something unusual.', name=name)
