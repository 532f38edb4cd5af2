"""The door to everything that is owed in the cases one works on, with the rule behind each day."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for

from whistle.parties.duties import KINDS, DutiesPage, DutyRow
from whistle.rules.deadlines import Duty
from whistle.web import duty_words, staff_guard
from whistle.web import staff_words as words
from whistle.web.desk_list import DAYS_WITHOUT_YEAR, count
from whistle.web.services import services
from whistle.web.staff_words import gettext

blueprint = Blueprint("duties", __name__)
staff_guard.protect(blueprint)

#: Who works on cases; each sees what is owed in their own.
ROLES: Final = ("handler", "deputy", "investigator")


@dataclass(frozen=True, slots=True)
class Line:
    """A case in words: how far away its next day is, what is owed on it, by which rule, and what follows."""

    number: str
    company: str
    state: str
    urgency: str
    due: str
    day: str
    duty: str
    rule: str
    others: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The cases under one heading: Late, Within 7 days, Later."""

    heading: str
    count: str
    lines: tuple[Line, ...]


@blueprint.get("/desk/duties")
def duties() -> str:
    """Show what is owed in the cases one works on, what is next at the top, 50 cases to a page."""
    member = staff_guard.signed_in(*ROLES)
    party = services().duties
    served = party.companies(member)
    asked, after = _asked(served), request.args.get("after", "")
    page = party.page(member, **asked, after=after)
    return render_template(
        "desk/duties.html",
        member=member,
        nav=staff_guard.navigation(member),
        groups=_groups(page),
        today=page.today,
        asked=asked,
        filtered=any(asked.values()),
        kinds=[("", gettext("All")), *((kind, words.word(words.DUTIES, kind)) for kind in KINDS)],
        companies=[("", gettext("All")), *served],
        next_url=_address(asked, page.after) if page.after else "",
        first_url=_address(asked, "") if after else "",
    )


def _asked(companies: Iterable[tuple[str, str]]) -> dict[str, str]:
    kind, company = request.args.get("kind", ""), request.args.get("company", "")
    return {"kind": kind if kind in KINDS else "", "company": company if company in dict(companies) else ""}


def _address(asked: dict[str, str], after: str) -> str:
    said = {key: value for key, value in {**asked, "after": after}.items() if value}
    return f"{url_for('duties.duties')}?{urlencode(said)}" if said else url_for("duties.duties")


def _groups(page: DutiesPage) -> tuple[Group, ...]:
    """The rows under their headings, in the order in which they came; empty groups are left out."""
    wording = duty_words.Wording(words.DUTIES)
    lines: dict[str, list[Line]] = {"late": [], "soon": [], "later": []}
    for row in page.rows:
        lines[row.group].append(_line(row, wording))
    heads = (
        ("late", gettext("Late"), count(page.late)),
        ("soon", gettext("Within 7 days"), count(page.soon)),
        ("later", gettext("Later"), ""),
    )
    return tuple(Group(head, number, tuple(lines[key])) for key, head, number in heads if lines[key])


def _line(row: DutyRow, wording: duty_words.Wording) -> Line:
    duty, left = row.duty, row.days_left
    return Line(
        number=row.number,
        company=row.company_name,
        state=words.word(words.STATES, row.state),
        urgency=words.urgency(left),
        due="" if left is None else words.days_away(left),
        day="" if duty is None else wording.day(duty.due_on, _form(left)),
        duty=gettext("Nothing") if duty is None else wording.name(duty),
        rule="" if duty is None else wording.rule(duty),
        others=tuple(_other(one, wording) for one in row.others),
    )


def _other(duty: Duty, wording: duty_words.Wording) -> tuple[str, str, str]:
    return wording.name(duty), wording.day(duty.due_on, "plain"), wording.rule(duty)


def _form(left: int | None) -> str:
    return "short" if left is not None and abs(left) < DAYS_WITHOUT_YEAR else "plain"
