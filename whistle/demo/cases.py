"""The rehearsal's cases: what was written and done, by whom and how long ago, in every state there is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from typing import Final

from whistle.demo.kinds import BY_REPORTER, CAME_BY, CODES, KINDS, REPORTER
from whistle.rules.calendar import add_days, add_months
from whistle.rules.tables import Table, parse

#: The order in which the rehearsal lists them; each is a file of this name in the folder `stories`.
KEYS: Final = (
    "brothers-company",
    "fire-alarm-protocols",
    "camera-footage",
    "night-work-alone",
    "property-manager-gifts",
    "site-manager-harassment",
    "time-reports",
    "smoke-detector-waste",
    "alarm-codes",
    "retaliation-rota",
    "subcontractor-cash",
    "hot-work-cards",
    "key-cabinet",
    "tender-prices",
)

#: An event may lie in the future of the day a story counts from; no story is longer than this (days).
_FARTHEST: Final = 2_000


@dataclass(frozen=True, slots=True)
class DemoEvent:
    """What happened to a case. `actor` is a person's name or `reporter`; `days_ago` counts as in `day_of`.

    `text` is what was written, for a closing the feedback that goes with it; `said` are the other words that
    `KINDS` names, `days` the numbers. `identity` (name, contact) belongs to `identity_later`, `files` to a
    message. `about` tells earlier events of one kind apart, from 1.
    """

    days_ago: int
    kind: str
    actor: str
    text: str = ""
    files: tuple[str, ...] = ()
    identity: tuple[str, str] | None = None
    said: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, int] = field(default_factory=dict)
    about: int = 0

    def __getitem__(self, word: str) -> str:
        return self.said.get(word, "")


@dataclass(frozen=True, slots=True)
class Entered:
    """A report that a handler entered for whoever made it: who did, and a code of how it came."""

    by: str
    came_by: str


@dataclass(frozen=True, slots=True)
class DemoCase:
    """A case from its report on, codes as in the rules' lists; `exclude` are the names of those kept out.

    `attachments` and the events' `files` are names that `attachments.make` knows. Events stand in order.
    `entered` is None where the reporter wrote it themselves.
    """

    key: str
    company: str
    language: str
    category: str
    relation: str
    days_ago_received: int
    months_ago: int
    description: str
    identity: tuple[str, str] | None
    meeting: str
    exclude: tuple[str, ...]
    attachments: tuple[str, ...]
    entered: Entered | None
    events: tuple[DemoEvent, ...]


def day_of(case: DemoCase, days_ago: int, today: date) -> date:
    """The day of something in a story: `months_ago` calendar months before today, then `days_ago` days back.

    The months put a day where a period of months begins, so that it ends tomorrow or today; a negative number
    of days is later than that. At the end of a short month the mark may be missed by a day or two.
    """
    return add_days(add_months(today, -case.months_ago), -days_ago)


def _case(key: str) -> DemoCase:
    """The story of that name, every word in it understood; SettingsWrong names the place that is not."""
    file = f"{key}.toml"
    table = parse(resources.files("whistle.demo").joinpath("stories", file).read_text(encoding="utf-8"), file)
    case = DemoCase(
        key=key,
        company=table.text("company"),
        language=table.text("language"),
        category=table.text("category"),
        relation=table.text("relation"),
        days_ago_received=_days_ago(table),
        months_ago=table.number("months_ago", least=0, default=0),
        description=_prose(table.text("description")),
        identity=_identity(table),
        meeting=table.text("meeting", ""),
        exclude=table.texts("exclude", ()),
        attachments=table.texts("attachments", ()),
        entered=_entered(table),
        events=tuple(_event(one) for one in table.tables("event")),
    )
    table.finish()
    return case


def _event(table: Table) -> DemoEvent:
    kind = table.one_of("kind", frozenset(KINDS))
    takes = KINDS[kind]
    event = DemoEvent(
        days_ago=_days_ago(table),
        kind=kind,
        actor=REPORTER if kind in BY_REPORTER else table.text("actor"),
        text=_prose(table.text("text")) if takes.prose else "",
        files=table.texts("files", ()) if kind == "reporter_message" else (),
        identity=_identity(table) if kind == "identity_later" else None,
        said={word: _word(table, kind, word) for word in _present(table, takes.words, takes.optional)},
        days={
            name: table.number(name, least=0)
            for name in _present(table, takes.numbers, takes.optional_numbers)
        },
        about=table.number("about", least=1) if takes.about else 0,
    )
    table.finish()
    return event


def _present(table: Table, needed: tuple[str, ...], optional: tuple[str, ...]) -> tuple[str, ...]:
    """What an event must say and what this one says besides."""
    return (*needed, *(name for name in optional if table.has(name)))


def _word(table: Table, kind: str, word: str) -> str:
    codes = CODES.get((kind, word))
    return _prose(table.text(word)) if codes is None else table.one_of(word, codes)


def _entered(table: Table) -> Entered | None:
    if not table.has("entered"):
        return None
    entered = table.table("entered")
    found = Entered(entered.text("by"), entered.one_of("came_by", CAME_BY))
    entered.finish()
    return found


def _days_ago(table: Table) -> int:
    return table.number("days_ago", least=-_FARTHEST)


def _identity(table: Table) -> tuple[str, str] | None:
    if not table.has("identity"):
        return None
    identity = table.table("identity")
    name, contact = identity.text("name"), identity.text("contact")
    identity.finish()
    return name, contact


def _prose(text: str) -> str:
    """The lines of each paragraph joined, as a form sends them; a line that begins with "- " stays one."""
    return "\n\n".join(_paragraph(one.split("\n")) for one in text.strip().split("\n\n"))


def _paragraph(lines: list[str]) -> str:
    joined = lines[0]
    for line in lines[1:]:
        joined += ("\n" if line.startswith("- ") else " ") + line.strip()
    return joined


CASES: Final = tuple(_case(key) for key in KEYS)
