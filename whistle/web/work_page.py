"""The work on a case in words, and the folded forms that change it, worked out before the template."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from flask import request

from whistle.parties.views import DeskCase
from whistle.parties.work_views import Stated
from whistle.rules.categories import Choice
from whistle.rules.concerned import OPEN, grounds_in
from whistle.rules.triage import load_lists
from whistle.web import staff_words as words
from whistle.web import work_words
from whistle.web.languages import day, label
from whistle.web.staff_forms import Typed
from whistle.web.staff_words import gettext

CLOSED = "closed"

Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """A folded form: its name, whether it was refused and is open, what stands in it, and from what state."""

    name: str
    open: bool
    typed: Mapping[str, str]
    seen: int

    def __getitem__(self, field: str) -> str:
        return self.typed.get(field, "")

    def id(self, field: str) -> str:
        """The id of a field, which other forms of the page may have by the same name."""
        return f"{self.name}-{field}"


@dataclass(frozen=True, slots=True)
class Work:
    """All that the templates of the work on a case are given."""

    triage: Form
    measure: Form
    protection: Form
    assign: Form
    link: Form
    mark: Form
    concerned: Form
    minutes: Form
    met: Form
    rights: Form
    is_open: bool
    works: bool
    scopes: list[Option]
    severities: list[Option]
    priorities: list[Option]
    note_kinds: list[Option]
    no_feedback: list[Option]
    met_by: list[Option]
    decisions: list[Option]
    grounds: list[Option]
    colleagues: list[Option]
    facts: list[Option]
    open_people: int
    says: Mapping[str, Mapping[str, str]]
    day_of: Callable[[str], str]
    name_of: Callable[[Stated], str]


def shown(case: DeskCase, own_name: str, form: str, filled: Typed) -> Work:
    """Everything about the work on a case; `form` was refused, or comes back, with `filled` in it."""
    lists = {name: offered(choices) for name, choices in load_lists().items()}
    forms = {one.name: one for one in _forms(case, form, filled)}
    is_open = case.state != CLOSED
    return Work(
        **forms, is_open=is_open, works=case.may_work and not case.past_day,
        scopes=_choose(lists["scope"]), severities=_choose(lists["severity"]),
        priorities=_choose(lists["priority"]), note_kinds=lists["note"],
        no_feedback=[("", gettext("There is feedback, above")), *lists["no_feedback"]],
        met_by=lists["met"], decisions=_decisions(is_open=is_open),
        grounds=[("", gettext("None")), *offered(grounds_in(case.country))],
        colleagues=[("", gettext("Nobody")), *case.work.colleagues],
        facts=facts(case, own_name, lists), says=_says(case, lists), day_of=in_words, name_of=name_of,
        open_people=sum(one["decision"] in OPEN for one in case.concerned.people),
    )  # fmt: skip


def offered(choices: Iterable[Choice]) -> list[Option]:
    """A list of the rules as a form offers it."""
    return [(choice.code, label(choice)) for choice in choices]


def _choose(options: list[Option]) -> list[Option]:
    return [("", gettext("Choose")), *options]


def _decisions(*, is_open: bool) -> list[Option]:
    return [one for one in words.options(work_words.DECISIONS) if is_open or one[0] not in OPEN]


def _says(case: DeskCase, lists: Mapping[str, list[Option]]) -> dict[str, Mapping[str, str]]:
    """The words for every code that a record of the case can hold."""
    own = {"decision": work_words.DECISIONS, "answer": work_words.ANSWERS}
    return {
        **{name: dict(options) for name, options in lists.items()},
        **{name: dict(words.options(table)) for name, table in own.items()},
        "ground": dict(offered(grounds_in(case.country))),
    }


def name_of(person: Stated) -> str:
    """How a page calls a person concerned; whoever has no name there is called by what they are."""
    return person["person"] or gettext("Person concerned")


def _forms(case: DeskCase, form: str, filled: Typed) -> list[Form]:
    chosen = {name: request.args.get(name, "") for name in ("measure", "person", "minutes")}
    measure = case.work.measures.of(filled["id"] if form == "measure" else chosen["measure"])
    person = _person(case, filled["id"] or NEW if form == "concerned" else chosen["person"])
    version = next((one for one in case.minutes if one.id == chosen["minutes"] and not one.replaced), None)
    corrected = {} if version is None else {
        "replaces": version.id, "minutes": version.text, "met": version.met,
        "held_on": version.held_on.isoformat(),
    }  # fmt: skip
    standing: dict[str, tuple[Mapping[str, str], int, bool]] = {
        "triage": _standing(case.work.triage.last),
        "measure": _standing(measure),
        "protection": _standing(case.work.protection.last),
        "concerned": _standing(person),
        "assign": ({"assigned_to": case.work.assigned_to}, 0, False),
        "minutes": (corrected, 0, version is not None),
    }
    empty: tuple[Mapping[str, str], int, bool] = ({}, 0, False)
    found = []
    for name in NAMES:
        fields, seen, chosen_now = standing.get(name, empty)
        is_open = form == name or chosen_now or bool(chosen.get(_ASKED.get(name, ""), ""))
        found.append(Form(name, is_open, filled if form == name else fields, seen))
    return found


NAMES = (
    "triage", "measure", "protection", "assign", "link", "mark", "concerned", "minutes", "met", "rights",
)  # fmt: skip
"""The folded forms of a case's page."""

_ASKED = {"measure": "measure", "concerned": "person", "minutes": "minutes"}
"""By which word of the address a form is opened with something in it."""


NEW = "new"
"""In the address or a refused form: it is about somebody who is not recorded yet."""


def _person(case: DeskCase, wanted: str) -> Stated | None:
    """Whom the form is about: who was chosen, else the first of whom something is left to decide."""
    people = case.concerned.people
    if wanted:
        return next((one for one in people if one.id == wanted), None)
    return next((one for one in people if one["decision"] in OPEN), people[-1] if people else None)


def _standing(found: Stated | None) -> tuple[Mapping[str, str], int, bool]:
    if found is None:
        return {}, 0, False
    return {**found.fields, "id": found.id}, found.seen, False


def facts(case: DeskCase, own_name: str, offers: Mapping[str, list[Option]]) -> list[Option]:
    """What the rail says of the work: who is responsible, how the case was assessed, how it came."""
    answers = case.work.assigned_name
    rows = [(gettext("Responsible"), gettext("You") if answers == own_name else answers)]
    triage = case.work.triage.last
    lists = {name: dict(options) for name, options in offers.items()}
    if triage is not None:
        rows.append((gettext("For this channel"), lists["scope"].get(triage["scope"], "")))
        rows.append((gettext("Severity"), lists["severity"].get(triage["severity"], "")))
        rows.append((gettext("Priority"), lists["priority"].get(triage["priority"], "")))
    if case.work.came_by:
        by = lists["came_by"].get(case.work.came_by, case.work.came_by)
        entered = gettext("%(how)s, entered by %(who)s", how=by, who=case.work.entered_by)
        rows.append((gettext("Came"), entered))
    if case.work.recording_agreed:
        rows.append((gettext("Recording"), gettext("Kept with the agreement of whoever is heard in it")))
    if case.meeting_held_on is not None:
        rows.append((gettext("Call or meeting"), day(case.meeting_held_on)))
    return [(term, text) for term, text in rows if text]


def in_words(text: str) -> str:
    """A day as it was sealed (2026-03-02), in words; empty for none."""
    return day(date.fromisoformat(text)) if text else ""
