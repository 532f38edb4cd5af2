"""A page of the handler's list is worded here once, row by row, so that the template only prints it."""

from dataclasses import dataclass
from datetime import date

from whistle.parties.views import Count, DeskPage, DeskRow
from whistle.web import staff_words as words
from whistle.web.languages import day as in_words
from whistle.web.staff_words import gettext, ngettext

#: So near, a day and a month can only be meant in one way; beyond it the year is needed.
DAYS_WITHOUT_YEAR = 270


@dataclass(frozen=True, slots=True)
class Line:
    """One row in words. `urgency` is the kind of tag, `due` how far away, `strong` for late and soon."""

    number: str
    subject: str
    urgency: str
    due: str
    day: str
    duty: str
    strong: bool
    company: str
    state: str
    new: str
    handlers: str


@dataclass(frozen=True, slots=True)
class Group:
    """The rows under one heading: Late, Within 7 days, Later; `count` is empty when it is not known."""

    heading: str
    count: str
    lines: tuple[Line, ...]


def groups(page: DeskPage) -> tuple[Group, ...]:
    """The page's rows under their headings, in the order in which they came; empty groups are left out."""
    wording = _Wording()
    lines: dict[str, list[Line]] = {"late": [], "soon": [], "later": []}
    for row in page.rows:
        lines.setdefault(row.group, []).append(wording.line(row))
    heads = (
        ("late", gettext("Late"), count(page.late)),
        ("soon", gettext("Within 7 days"), count(page.soon)),
        ("later", gettext("Later"), _rest(page)),
    )
    return tuple(Group(head, number, tuple(lines[key])) for key, head, number in heads if lines[key])


def count(counted: Count) -> str:
    """Return a count in words; one that stopped at its bound says that there are more."""
    figure = f"{counted.value:,}".replace(",", " ")
    return gettext("more than %(figure)s", figure=figure) if counted.more else figure


def heading(page: DeskPage, *, filtered: bool) -> str:
    """Return the sentence over the list: how many there are."""
    number = page.total.value
    if page.total.more:
        figure = count(page.total)
        if filtered:
            return gettext("The filter finds %(figure)s cases.", figure=figure)
        return gettext("You have %(figure)s cases to handle.", figure=figure)
    if filtered:
        return ngettext("The filter finds %(num)d case.", "The filter finds %(num)d cases.", number)
    return ngettext("%(num)d case is yours to handle.", "%(num)d cases are yours to handle.", number)


def _rest(page: DeskPage) -> str:
    counts = (page.total, page.late, page.soon)
    if any(counted.more for counted in counts):
        return ""
    return count(Count(max(0, page.total.value - page.late.value - page.soon.value), more=False))


class _Wording:
    """Looks every word of a list up once, however many rows ask for it."""

    def __init__(self) -> None:
        self._days: dict[date, str] = {}
        self._away: dict[int, str] = {}
        self._new: dict[int, str] = {0: ""}
        self._states = {key: str(text) for key, text in words.STATES.items()}
        self._duties = {key: str(text) for key, text in words.DUTIES.items()}
        self._you, self._nobody, self._held = gettext("You"), gettext("Nobody yet"), gettext("held")

    def line(self, row: DeskRow) -> Line:
        state = self._states.get(row.state, row.state)
        duty = "review_hold" if row.duty == "review" and row.held else row.duty
        return Line(
            number=row.number,
            subject=row.subject,
            urgency=words.urgency(row.days_left),
            due=self._how_far(row.days_left),
            day=self._day(row.due_on, row.days_left),
            duty="" if duty is None else self._duties.get(duty, duty),
            strong=row.group in ("late", "soon"),
            company=row.company_name,
            state=f"{state}, {self._held}" if row.held else state,
            new=self._unread(row.new),
            handlers=self._people(row.handlers, mine=row.mine, assigned=row.assigned),
        )

    def _how_far(self, days: int | None) -> str:
        if days is None:
            return ""
        if days not in self._away:
            self._away[days] = words.days_away(days)
        return self._away[days]

    def _day(self, day: date | None, days_left: int | None) -> str:
        if day is None:
            return ""
        if day not in self._days:
            is_near = days_left is not None and abs(days_left) < DAYS_WITHOUT_YEAR
            self._days[day] = in_words(day, "short" if is_near else "plain")
        return self._days[day]

    def _unread(self, number: int) -> str:
        if number not in self._new:
            self._new[number] = ngettext("%(num)d new", "%(num)d new", number)
        return self._new[number]

    def _people(self, names: tuple[str, ...], *, mine: bool, assigned: str) -> str:
        """Whoever is responsible stands first and is said to be; somebody else's name is not the viewer's."""
        short = [_short(name) for name in names if name != assigned]
        others = [self._you, *short] if mine and assigned in {"", *names} else short
        if not assigned:
            return ", ".join(others) or self._nobody
        who = _short(assigned) if assigned in names else self._you
        return ", ".join([gettext("%(who)s (responsible)", who=who), *others])


def _short(name: str) -> str:
    """Return "A. Lind" for "Anna Lind": the list has little room, and the case names people in full."""
    first, _space, last = name.partition(" ")
    return f"{first[0]}.\u00a0{last}" if last else name
