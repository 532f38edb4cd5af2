"""The authority is told of a personal data breach within 72 hours, and what was written of it stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from whistle.rules.calendar import local_day
from whistle.rules.tables import packaged_text, parse

FILE: Final = "incidents.toml"

YES, NO_RISK, NO = "yes", "no_risk", "no"
"""The authority was told, or need not be; the people concerned are told (article 34), or not."""

#: What is written of an incident, in the order of its form; the texts among them.
FIELDS: Final = (
    "found_on", "found_at", "what", "people", "data", "numbers", "consequences", "measures",
    "told", "told_on", "told_at", "late_reason", "told_why", "subjects", "subjects_why", "note",
)  # fmt: skip
TEXTS: Final = (
    "what", "people", "data", "numbers", "consequences", "measures", "late_reason", "told_why",
    "subjects_why", "note",
)  # fmt: skip
#: What article 33(5) wants in the register; an incident is closed once all of it is there.
WANTED: Final = ("what", "people", "data", "numbers", "consequences", "measures", "told", "subjects")

#: A text of the register is a page or two (own choice).
TEXT_LIMIT: Final = 10_000

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Notice:
    """How soon the authority is told, where that stands, and where that a register is kept."""

    hours: int
    source: str
    record_source: str

    def ends(self, found_out: datetime) -> datetime:
        """Return the moment at which the hours end; they are real hours, whatever the clocks do meanwhile."""
        return (found_out.astimezone(ZoneInfo("UTC")) + timedelta(hours=self.hours)).astimezone(
            found_out.tzinfo
        )


@dataclass(frozen=True)
class Left:
    """How long is left, or how long ago it ended, in whole days, hours and minutes."""

    over: bool
    days: int
    hours: int
    minutes: int


@cache
def load_notice() -> Notice:
    """Return the rule that travels with the program; SettingsWrong when it is faulty."""
    return parse_notice(packaged_text(FILE), FILE)


def parse_notice(text: str, where: str = FILE) -> Notice:
    """Read the rule from TOML; an unknown word, no source or no whole hour of 1 or more is refused."""
    root = parse(text, where)
    notice, record = root.table("notice"), root.table("record")
    found = Notice(notice.number("hours", 1), notice.text("source"), record.text("source"))
    for table in (notice, record):
        table.day("effective_from")
        table.finish()
    root.finish()
    return found


def left_of(ends: datetime, now: datetime) -> Left:
    """Return how long is left until a moment, or how long ago it was."""
    whole = abs(ends - now) // _MINUTE
    days, rest = divmod(whole, _DAY // _MINUTE)
    hours, minutes = divmod(rest, _HOUR // _MINUTE)
    return Left(now > ends, days, hours, minutes)


def moment_of(day: str, hour: str, zone: str) -> datetime | None:
    """Return the moment that a day and an hour name at the company, or None for what is none."""
    try:
        return datetime.combine(
            date.fromisoformat(day.strip()), time.fromisoformat(hour.strip()), ZoneInfo(zone)
        )
    except ValueError:
        return None


def problems_of(
    said: Mapping[str, str], zone: str, now: datetime, *, closing: bool
) -> tuple[tuple[str, str], ...]:
    """Return what keeps a line of the register from being kept: (field, reason), the first of each field.

    Reasons: `missing`, `moment` (no day and hour), `ahead`, `before` (told before it was found out), `late`
    (told after the hours, without the reason that article 33(1) wants), `why`, `unknown`, `too_long`.
    """
    found = [*_texts(said), *_found_out(said, zone, now), *_told(said, zone, now), *_subjects(said)]
    if closing:
        found += [(name, "missing") for name in WANTED if not said.get(name, "").strip()]
    return tuple({name: (name, reason) for name, reason in reversed(found)}.values())[::-1]


def _texts(said: Mapping[str, str]) -> list[tuple[str, str]]:
    found = [(name, "too_long") for name in TEXTS if len(said.get(name, "")) > TEXT_LIMIT]
    if not said.get("what", "").strip():
        found.append(("what", "missing"))
    return found


def _found_out(said: Mapping[str, str], zone: str, now: datetime) -> list[tuple[str, str]]:
    found_out = moment_of(said.get("found_on", ""), said.get("found_at", ""), zone)
    if found_out is None:
        return [("found_on", "moment")]
    return [("found_on", "ahead")] if found_out > now else []


def _told(said: Mapping[str, str], zone: str, now: datetime) -> list[tuple[str, str]]:
    told = said.get("told", "")
    if told not in ("", YES, NO_RISK):
        return [("told", "unknown")]
    if told == NO_RISK:
        return [] if said.get("told_why", "").strip() else [("told_why", "why")]
    return _told_at(said, zone, now) if told == YES else []


def _told_at(said: Mapping[str, str], zone: str, now: datetime) -> list[tuple[str, str]]:
    found_out = moment_of(said.get("found_on", ""), said.get("found_at", ""), zone)
    told_at = moment_of(said.get("told_on", ""), said.get("told_at", ""), zone)
    if told_at is None:
        return [("told_on", "moment")]
    if told_at > now:
        return [("told_on", "ahead")]
    if found_out is None:
        return []
    if told_at < found_out:
        return [("told_on", "before")]
    is_late = told_at > load_notice().ends(found_out)
    return [("late_reason", "late")] if is_late and not said.get("late_reason", "").strip() else []


def _subjects(said: Mapping[str, str]) -> list[tuple[str, str]]:
    subjects = said.get("subjects", "")
    if subjects not in ("", YES, NO):
        return [("subjects", "unknown")]
    return [("subjects_why", "why")] if subjects == NO and not said.get("subjects_why", "").strip() else []


def due_on(said: Mapping[str, str], zone: str) -> date | None:
    """Return the day on which the hours end, while it is not said whether the authority is told."""
    if said.get("told", ""):
        return None
    found_out = moment_of(said["found_on"], said["found_at"], zone)
    return None if found_out is None else local_day(load_notice().ends(found_out), zone)
