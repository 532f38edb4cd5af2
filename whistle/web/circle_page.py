"""The people around a case as its page lists and offers them, worked out before the template prints it."""

from collections.abc import Iterable
from dataclasses import dataclass

from whistle.parties.circle_views import CirclePerson, ExcludedView
from whistle.parties.views import DeskCase
from whistle.web import circle_words
from whistle.web import staff_words as words
from whistle.web.languages import day
from whistle.web.staff_forms import Typed
from whistle.web.staff_words import gettext

Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who works on the case, and what they are besides a handler of the company."""

    name: str
    mark: str


@dataclass(frozen=True, slots=True)
class Circle:
    """All that the templates of the circle are given; `form` is the one that is open, with `typed` in it."""

    workers: tuple[Worker, ...]
    excluded: tuple[tuple[str, str, str], ...]
    lacking: list[Option]
    removable: list[Option]
    liftable: list[Option]
    outside: list[Option]
    may_change: bool
    last: bool
    successors: str
    new_keys_due: bool
    form: str
    typed: Typed

    def __call__(self, form: str, field: str) -> str:
        """What was typed in a field of one of the forms."""
        return self.typed[field] if form == self.form else ""


def shown(case: DeskCase, own_name: str, form: str, filled: Typed) -> Circle:
    """The circle of a case in words; a form that was refused comes back with `filled` in it."""
    view = case.circle
    return Circle(
        tuple(Worker(_name(one, own_name), _mark(one)) for one in view.workers),
        tuple(_excluded(one) for one in view.excluded),
        _options(view.lacking),
        _options(view.removable),
        _options(view.liftable),
        _options(view.outside),
        view.may_change and case.may_work and not case.past_day,
        view.last,
        ", ".join(view.successors),
        view.new_keys_due,
        form,
        filled,
    )


def _name(one: CirclePerson, own_name: str) -> str:
    return gettext("You") if one.name == own_name else one.name


def _mark(one: CirclePerson) -> str:
    role = words.word(circle_words.MARKS, one.role) if one.role in circle_words.MARKS else ""
    shared = str(circle_words.SHARED) if one.shared else ""
    return ", ".join(text for text in (role, shared) if text)


def _excluded(one: ExcludedView) -> tuple[str, str, str]:
    """Who, by whom and when, and why."""
    who = f"{one.function} ({one.name})"
    if not one.by or one.day is None:
        return who, gettext("the reporter chose"), ""
    said = gettext("a conflict of interest, declared by %(name)s on %(day)s", name=one.by, day=day(one.day))
    return who, said, one.reason


def _options(people: Iterable[CirclePerson]) -> list[Option]:
    """People to choose from, nobody first: nobody is let in or shut out by what stood at the top."""
    found = [(one.ref, f"{one.name}, {one.function}") for one in people]
    return [("", gettext("Choose")), *found] if found else []
