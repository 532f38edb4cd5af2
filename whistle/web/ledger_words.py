"""Every action of the ledger as a sentence, and the few facts that say something to a reader."""

from datetime import date
from typing import Final

from whistle.parties.book import BookLine
from whistle.web import clock_words, incident_words, privacy_words, restore_words
from whistle.web import staff_words as words
from whistle.web.languages import day as in_words
from whistle.web.staff_words import Words, gettext
from whistle.web.words import lazy_gettext as _l

#: Beside the sentences of `staff_words`: what came with the work on a case.
ACTIONS: Final[Words] = {
    "identity_requested": _l("%(actor)s asked to learn who the reporter is"),
    "identity_approved": _l("%(actor)s approved that who the reporter is may be seen"),
    "identity_refused": _l("%(actor)s refused that who the reporter is may be seen"),
    "identity_opened": _l("%(actor)s saw who the reporter is"),
    "identity_ended": _l("An approval to see who the reporter is ended, and its keys were deleted"),
    "identity_withdrawn": _l("The reporter took back who they are"),
    "custodian_granted": _l("%(actor)s gave a custodian the keys of the identity"),
    "disclosure_asked": _l("%(actor)s asked for a disclosure, or noted one that a law demands"),
    "disclosure_told": _l("%(actor)s told the reporter of a disclosure"),
    "disclosure_answered": _l("The reporter answered about a disclosure"),
    "disclosure_done": _l("%(actor)s carried out a disclosure"),
    "granted": _l("%(actor)s gave a colleague the keys of the case"),
    "excluded": _l("%(actor)s noted that somebody must not see the case"),
    "exclusion_lifted": _l("%(actor)s noted that somebody may see the case again"),
    "investigator_named": _l("%(actor)s named an outside investigator for the case"),
    "exported": _l("%(actor)s handed the case over"),
    "statistics_published": _l("%(actor)s published the figures of a quarter"),
    **privacy_words.LEDGER_ACTIONS,
    **incident_words.LEDGER_ACTIONS,
    **clock_words.LEDGER_ACTIONS,
    "names_struck": _l("Names were struck out of lines about cases that were erased five years ago"),
    **restore_words.LEDGER_ACTIONS,
}

#: Beside those of `staff_words`; a fact in neither table is for the chain, and says nothing to a reader.
FACTS: Final[Words] = {
    "kind": _l("To"),
    "notes": _l("With notes"),
    "identity": _l("With who the reporter is"),
    "quarter": _l("Quarter"),
    "characters": _l("Characters"),
    "ends_on": _l("Until"),
    "count": _l("Number"),
    "until": _l("Erased until"),
    **restore_words.LEDGER_FACTS,
}

_VALUES: Final[Words] = {
    "authority": _l("an authority"),
    "adviser": _l("an adviser"),
    "it_supplier": _l("an IT supplier"),
    "withdrawn": _l("withdrawn before it was confirmed"),
    "refused": _l("refused by a second person"),
}


def actions() -> list[tuple[str, str]]:
    """Every action with its sentence, for a choice in a form; who did it is left out of it."""
    known = {**words.LEDGER_ACTIONS, **ACTIONS}
    who = gettext("Somebody")
    return sorted(
        ((action, str(said).replace("%(actor)s", who)) for action, said in known.items()),
        key=lambda one: one[1],
    )


def sentence(line: BookLine) -> str:
    """What happened; an action without words is shown as it is, after who did it."""
    if ("guard", "restore") in line.facts and line.action in restore_words.GUARD_ACTIONS:
        told = str(restore_words.GUARD_ACTIONS[line.action])
        return told.replace("%(actor)s", line.actor or gettext("Somebody"))
    if line.action not in ACTIONS:
        return words.ledger_sentence(line.action, line.actor)
    return str(ACTIONS[line.action]).replace("%(actor)s", line.actor or gettext("Somebody"))


def facts(line: BookLine) -> str:
    """What stands beside it."""
    said = [
        (_name(name), _value(name, value)) for name, value in line.facts if value not in ("False", "[]", "")
    ]
    return ", ".join(f"{name}: {value}" for name, value in said if name)


def _name(name: str) -> str:
    table = FACTS if name in FACTS else words.LEDGER_FACTS
    return str(table[name]) if name in table else ""


def _role(text: str) -> str:
    role, _at, company = text.partition("@")
    return f"{words.word(words.ROLES, role)}, {company}"


def _value(name: str, value: str) -> str:
    if name == "roles":
        return "; ".join(_role(one) for one in value.strip("[]").replace("'", "").split(", "))
    if value == "True":
        return str(words.YES)
    for table in (words.GROUNDS, _VALUES):
        if value in table:
            return words.word(table, value)
    try:
        return in_words(date.fromisoformat(value), "plain")
    except ValueError:
        return words.word(words.ROLES, value)
