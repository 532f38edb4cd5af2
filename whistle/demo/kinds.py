"""What can happen in a story: each kind of event with who does it, and every word that it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from whistle.parties.consents import NO, YES
from whistle.parties.custody import APPROVE, REFUSE
from whistle.rules.categories import load_categories
from whistle.rules.concerned import Decision, load_grounds
from whistle.rules.holds import Ground
from whistle.rules.redaction import GROUNDS
from whistle.rules.roles import Role
from whistle.rules.triage import load_lists

#: The word for whoever wrote the report, where an event names who acted.
REPORTER: Final = "reporter"

#: What was handed over with a disclosure: who the reporter is, or only what they told.
WITH_IDENTITY, WITHOUT_IDENTITY = "identity", "report"


@dataclass(frozen=True, slots=True)
class Kind:
    """Who does it (a role, or `reporter`), and what an event of this kind says.

    `prose`: it has a text; `words`, `optional`: shorter texts that it has, or may have; `numbers`: likewise,
    whole numbers of days; `about`: the kind of earlier event that it is about, counted from 1.
    """

    by: str
    prose: bool = True
    words: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    optional_numbers: tuple[str, ...] = ()
    about: str = ""


_HANDLER: Final = str(Role.HANDLER)

KINDS: Final[Mapping[str, Kind]] = {
    "reporter_message": Kind(REPORTER),
    "identity_later": Kind(REPORTER, prose=False),
    "minutes_approval": Kind(REPORTER, prose=False, about="minutes"),
    "minutes_correction": Kind(REPORTER, about="minutes"),
    "consent_answer": Kind(REPORTER, prose=False, words=("decision",), about="consent_request"),
    "acknowledge": Kind(_HANDLER),
    "handler_message": Kind(_HANDLER),
    "feedback": Kind(_HANDLER),
    "note": Kind(_HANDLER, optional=("note_kind",)),
    "close": Kind(_HANDLER, words=("outcome",)),
    "hold": Kind(str(Role.LEGAL), prose=False, words=("ground", "citation"), numbers=("review_in_days",)),
    "triage": Kind(_HANDLER, words=("scope", "severity", "priority")),
    "assign": Kind(_HANDLER, prose=False, words=("to",)),
    "measure": Kind(_HANDLER, words=("who",), optional_numbers=("by_in_days",)),
    "measure_done": Kind(_HANDLER, prose=False, about="measure"),
    "protection": Kind(_HANDLER, prose=False, words=("risk", "steps")),
    "link": Kind(_HANDLER, prose=False, words=("story",)),
    "concerned": Kind(
        _HANDLER, prose=False, words=("decision",), optional=("person", "remark", "ground", "how", "answer"),
        optional_numbers=("review_in_days",),
    ),
    "minutes": Kind(_HANDLER, words=("met",), numbers=("held_days_before",), optional_numbers=("replaces",)),
    "minutes_lock": Kind(_HANDLER, prose=False, about="minutes"),
    "identity_request": Kind(_HANDLER, optional=("told", "hinder")),
    "identity_decision": Kind(str(Role.CUSTODIAN), words=("decision",)),
    "identity_opened": Kind(_HANDLER, prose=False),
    "consent_request": Kind(
        _HANDLER, prose=False, words=("recipient", "purpose", "what"), optional=("provision",)
    ),
    "consent_done": Kind(_HANDLER, prose=False, words=("part",), about="consent_request"),
    "redaction": Kind(_HANDLER, prose=False, words=("passage", "ground")),
}  # fmt: skip

BY_REPORTER: Final = frozenset(kind for kind, said in KINDS.items() if said.by == REPORTER)
BY_STAFF: Final = frozenset(KINDS) - BY_REPORTER


def _listed(name: str) -> frozenset[str]:
    return frozenset(choice.code for choice in load_lists()[name])


#: (kind, word) -> the codes that this word takes; any other word is written freely.
CODES: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("note", "note_kind"): _listed("note"),
    ("close", "outcome"): frozenset(choice.code for choice in load_categories().outcomes),
    ("hold", "ground"): frozenset(map(str, Ground)),
    ("triage", "scope"): _listed("scope"),
    ("triage", "severity"): _listed("severity"),
    ("triage", "priority"): _listed("priority"),
    ("concerned", "decision"): frozenset(map(str, Decision)) - {str(Decision.UNDECIDED)},
    ("concerned", "ground"): frozenset(ground.choice.code for ground in load_grounds()),
    ("minutes", "met"): _listed("met"),
    ("identity_decision", "decision"): frozenset({APPROVE, REFUSE}),
    ("consent_answer", "decision"): frozenset({YES, NO}),
    ("consent_done", "part"): frozenset({WITH_IDENTITY, WITHOUT_IDENTITY}),
    ("redaction", "ground"): frozenset(GROUNDS),
}

#: The codes of how a report came that a handler entered for somebody.
CAME_BY: Final = _listed("came_by")
