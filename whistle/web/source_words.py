"""The words of the pages of a company's systems: what came of asking one, and where a line comes from."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString

from whistle.rules.policy_codes import Basis
from whistle.web import privacy_words
from whistle.web.languages import label
from whistle.web.words import gettext
from whistle.web.words import lazy_gettext as _l

Words = Mapping[str, LazyString]

#: What came of asking, said so that somebody knows what to do next.
RESULTS: Final[Words] = {
    "found": _l("Read it, and choose what goes out."),
    "nothing": _l("It has nothing about this person."),
    "no_answer": _l("It did not answer. Try again; if it stays so, tell whoever runs it."),
    "slow": _l("It took too long to answer. Try again."),
    "denied": _l("It does not let us in. Whoever runs the site has to look at the credential."),
    "untrusted": _l("Its certificate is not trusted, so it was told nothing."),
    "redirected": _l("It sent us elsewhere. That is not followed."),
    "too_large": _l("It answered with more than is taken at once. Nothing of it was kept."),
    "not_json": _l("It answered something that cannot be read. Nothing of it was kept."),
    "wrong_version": _l("It speaks another version. Nothing of it was kept."),
    "other_category": _l("It answered about another kind of data. Nothing of it was kept."),
    "other_person": _l("It answered about somebody else. Nothing of it was kept. Tell whoever runs it."),
    "broken": _l("Its answer is not in the agreed form. Nothing of it was kept."),
    "busy": _l("Others are asking just now. Wait a moment and try again."),
}
#: Results that are no answer, and so want somebody's eye.
PLAIN: Final = ("found", "nothing")

PROVENANCE: Final[Words] = {
    "handed_over": _l("Handed over by the person"),
    "observed": _l("Recorded by a system"),
    "derived": _l("Worked out from other data"),
}

KINDS: Final[Words] = {
    "email": _l("E-mail of the person"),
    "name": _l("Name of the person"),
}

ANSWERS: Final[Words] = {
    "access": _l("Access answer"),
    "portability": _l("Answer to take elsewhere"),
}

DONE: Final[Words] = {
    "asked": _l("The systems were asked. What came of it stands below."),
    "chosen": _l("The choice is kept. Nothing has been sent."),
}


def short(result: str) -> str:
    """What came of asking, in a word or two."""
    if result == PLAIN[0]:
        return gettext("Found")
    return gettext("Nothing found") if result in PLAIN else gettext("No answer")


def identifier(kind: str) -> str:
    """What the field for an identifier is called; a kind of the administrator's own is its own word."""
    known = KINDS.get(kind)
    return str(known) if known is not None else gettext("Identifier: %(kind)s", kind=kind.replace("_", " "))


def basis(code: str | None) -> str:
    """A legal ground in words."""
    return label(privacy_words.policy().bases[Basis(code)]) if code else gettext("Not said")


def grounds(codes: tuple[str, ...]) -> str:
    """Legal grounds in a line."""
    return ", ".join(basis(code) for code in codes) or gettext("Not said")
