"""Section 1 and 3 of the rules once more, by counting on fingers: no library for dates, zones or months.

Days are numbered from 1 January 2020, minutes from its midnight in UTC. The calendar is walked day by day.
Summer time is the Union's own rule (Directive 2000/84): from the last Sunday of March to that of October,
one hour in the morning UTC.
"""

from tests.rules.histories import Answer, History

DAY = 24 * 60
YEARS = 45
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
WEDNESDAY, SUNDAY = 2, 6
HOURS_EAST = {"SE": 1, "NO": 1, "DK": 1, "FI": 2}
FIRST_ORDINAL = 737_425
"""What Python calls 1 January 2020."""

MONTH_OF: list[int] = []
DAY_OF_MONTH: list[int] = []
STARTS: list[int] = []
SUMMER: list[tuple[int, int]] = []


def _walk() -> None:
    day, weekday = 0, WEDNESDAY
    for year in range(2020, 2020 + YEARS):
        sundays = {}
        for month, usual in enumerate(LENGTHS):
            STARTS.append(day)
            length = 29 if month == 1 and year % 4 == 0 else usual
            for of_month in range(1, length + 1):
                MONTH_OF.append(len(STARTS) - 1)
                DAY_OF_MONTH.append(of_month)
                if weekday == SUNDAY:
                    sundays[month] = day
                day, weekday = day + 1, (weekday + 1) % 7
        SUMMER.append((sundays[2] * DAY + 60, sundays[9] * DAY + 60))


_walk()


def months_later(day: int, months: int) -> int:
    """The same day of a later month, or that month's last."""
    month = MONTH_OF[day] + months
    length = STARTS[month + 1] - STARTS[month]
    return STARTS[month] + min(DAY_OF_MONTH[day], length) - 1


def day_at(minute: int, country: str) -> int:
    """The day that the calendar on the wall shows there."""
    begins, ends = SUMMER[MONTH_OF[minute // DAY] // 12]
    east = HOURS_EAST[country] + (begins <= minute < ends)
    return (minute + east * 60) // DAY


def by_hand(history: History) -> list[Answer]:
    """What each look of a history gives, up to the purge."""
    country = history.country
    received = latest = day_at(history.received, country)
    closed: int | None = None
    due, holds, answers = 0, 0, []
    for minute, kind in history.steps:
        today = day_at(minute, country)
        if kind != "look":
            latest = max(latest, today)
        if kind == "hold":
            holds += 1
        elif kind == "release":
            holds = max(0, holds - 1)
        elif kind == "close" and closed is None:
            closed, due = latest, _due(history, received, latest)
        elif kind == "reopen" and closed is not None and today < due:
            closed = None
        elif kind == "look":
            answers.append(_look(country, received, closed, due, today, held=holds > 0))
            if answers[-1][0] == "purge":
                break
    return answers


def _due(history: History, received: int, closed: int) -> int:
    due = months_later(closed, history.months)
    if history.country == "FI":
        longest = months_later(received, 60)
        due = min(due, longest if closed < longest else closed + 30)
    return due


def _look(country: str, received: int, closed: int | None, due: int, today: int, *, held: bool) -> Answer:
    if closed is None:
        longest = months_later(received, 60)
        if country != "FI" or today < longest:
            return "keep", 0, "open"
        return (
            ("keep", longest + FIRST_ORDINAL, "hold")
            if held
            else ("blocked", longest + FIRST_ORDINAL, "open_cap")
        )
    if today < due:
        return "keep", due + FIRST_ORDINAL, "not_due"
    return ("keep", due + FIRST_ORDINAL, "hold") if held else ("purge", due + FIRST_ORDINAL, "due")
