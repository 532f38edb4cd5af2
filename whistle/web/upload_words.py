"""What kept a form from arriving whole is told in one sentence: what became of the text and the files."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import LazyString

from whistle.web.languages import size
from whistle.web.multipart import Problem, ProblemKind
from whistle.web.request import FILES
from whistle.web.services import services
from whistle.web.trouble import Trouble
from whistle.web.words import gettext as _
from whistle.web.words import lazy_gettext as _l

#: Seconds to wait when the lane for large sendings is full: a few files go through in that time.
LANE_WAIT: Final = 20
#: Longer names are cut where they are shown in a sentence.
NAME_SHOWN: Final = 80

NOTHING_SENT: Final = _l("Nothing has been sent.")

_TOO_MUCH_TEXT: Final = _l(
    "There is more text than the form can take: at most 100 000 characters in a field. "
    "What fitted is still here."
)
_PARTLY: Final = _l(
    "What you sent did not arrive whole. What arrived is still here. Look it through and send it again."
)
#: Kind to status and sentence; the others need to be filled in.
_SENTENCES: Final[Mapping[ProblemKind, tuple[int, LazyString]]] = MappingProxyType(
    {
        ProblemKind.FORM_TOO_LARGE: (422, _TOO_MUCH_TEXT),
        ProblemKind.TOO_MANY_FIELDS: (422, _TOO_MUCH_TEXT),
        ProblemKind.TRUNCATED: (400, _PARTLY),
        ProblemKind.BROKEN: (400, _PARTLY),
    }
)


def told(problem: Problem) -> Trouble:
    """The trouble a form comes back with when its body could not be taken."""
    if problem.kind in _SENTENCES:
        status, sentence = _SENTENCES[problem.kind]
        return Trouble(status, (("", str(sentence)),), title=str(NOTHING_SENT))
    if problem.kind is ProblemKind.LANE_FULL:
        return Trouble(429, (("", busy()),), title=str(NOTHING_SENT), retry_after=LANE_WAIT)
    if problem.kind is ProblemKind.BAD_TEXT:
        return Trouble(422, ((problem.name, _bad_text()),), title=str(NOTHING_SENT))
    says = _too_large(problem.name) if problem.kind is ProblemKind.FILE_TOO_LARGE else _too_many()
    return Trouble(422, (("files", says),), title=str(NOTHING_SENT))


def busy() -> str:
    """The sentence for a lane that is full."""
    return _(
        "Many are writing right now. Wait %(seconds)d seconds, then send again. "
        "What you wrote is still here.",
        seconds=LANE_WAIT,
    )


def _bad_text() -> str:
    return _(
        "There is a character here that cannot be kept. "
        "It is now shown as a square or a question mark. Take it out and send again."
    )


def _too_many() -> str:
    return _(
        "There are too many files. Send at most %(count)d at a time. "
        "Your text is still here; choose your files again.",
        count=FILES,
    )


def _too_large(name: str) -> str:
    return _(
        '"%(name)s" is too large. The largest size is %(size)s. '
        "Your text is still here; choose your files again.",
        name=name if len(name) <= NAME_SHOWN else name[:NAME_SHOWN] + "…",
        size=size(services().settings.max_upload_bytes),
    )
