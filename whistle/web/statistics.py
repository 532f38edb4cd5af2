"""Figures as tables and drawings: a handler's own, and for auditors what handlers published."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import RuleRefused
from whistle.parties.member import Member
from whistle.parties.statistics import HeldFigures
from whistle.rules.roles import READS_CONTENT
from whistle.rules.suppression import Cell, Shown
from whistle.web import forms, staff_guard
from whistle.web import staff_words as words
from whistle.web.choices import category_name
from whistle.web.forms import door
from whistle.web.languages import day as in_words
from whistle.web.services import services
from whistle.web.staff_forms import Refused, refusals, typed_form
from whistle.web.staff_words import gettext
from whistle.web.trouble import Trouble
from whistle.web.words import lazy_gettext as _l

blueprint = Blueprint("statistics", __name__)
staff_guard.protect(blueprint)

ROLES: Final = tuple(sorted(READS_CONTENT))
HANDLER, AUDITOR = "handler", "auditor"

#: What stands where no number may.
LEFT_OUT: Final = "\N{EN DASH}"

#: A drawing is so wide, in its own units; a bar never touches the edge where its number stands.
BAR: Final = 240
ROW: Final = 28

TABLES: Final[words.Words] = {
    "months": _l("By month of receipt"),
    "categories": _l("By what it is mostly about"),
    "states": _l("By state"),
    "acknowledged": _l("Confirmed to the reporter"),
    "fed_back": _l("Feedback to the reporter"),
}

CELLS: Final = {
    "acknowledged": {
        "in_time": _l("Within 7 days"),
        "later": _l("Later"),
        "not_yet": _l("Not yet"),
        "waived": _l("Not wanted by the reporter"),
    },
    "fed_back": {"in_time": _l("Within 3 months"), "later": _l("Later"), "not_yet": _l("Not yet")},
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One cell in words, and where its bar is drawn; a cell that is left out has no bar."""

    label: str
    value: str
    width: int
    y: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """One table: its heading, its cells, and the height of the drawing."""

    id: str
    heading: str
    bars: tuple[Bar, ...]
    height: int


@blueprint.get("/desk/statistics")
def held() -> ResponseReturnValue:
    """Show counts of the cases one holds, for a company and a quarter."""
    return _held_page(staff_guard.signed_in(*ROLES), dict(request.args.items()))


def _again(trouble: Trouble) -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    return _held_page(staff_guard.signed_in(*ROLES), typed_form(), refused=Refused.of(trouble))


@blueprint.post("/desk/statistics/publish")
@door(again=_again)
def publish() -> ResponseReturnValue:
    """Publish a closed quarter for the auditors, once and for good."""
    member, typed = staff_guard.signed_in(HANDLER), typed_form()
    company, quarter = typed["company"], typed["quarter"]
    try:
        with refusals(""):
            services().overview.statistics.publish(member, company, quarter)
    except Refused as refused:
        return _held_page(member, typed, refused=refused)
    address = url_for("statistics.held", company=company, quarter=quarter)
    return redirect(address, staff_guard.SEE_OTHER)


@blueprint.get("/statistics")
def totals() -> str:
    """Show what was published, for the companies one audits and for the group."""
    member = staff_guard.signed_in(AUDITOR)
    found = services().overview.statistics.totals(member)
    return render_template(
        "statistics/totals.html",
        member=member,
        nav=staff_guard.navigation(member),
        own=[
            (one, drawn(one.shown, f"{one.company_code}-{one.quarter}"), total(one.shown))
            for one in found.own
        ],
        group=[
            (quarter, drawn(shown, f"group-{quarter}"), total(shown))
            for quarter, shown in found.group.items()
        ],
    )


def _held_page(
    member: Member, asked: dict[str, str], *, refused: Refused | None = None
) -> ResponseReturnValue:
    statistics = services().overview.statistics
    companies, quarters = statistics.companies(member), statistics.quarters()
    company = asked.get("company") or (companies[0][0] if companies else "")
    quarter = asked.get("quarter") if asked.get("quarter") in quarters else quarters[0]
    found, errors = None, refused.errors if refused else {}
    try:
        found = statistics.held(member, company, str(quarter)) if companies else None
    except RuleRefused:
        errors = {"": gettext("There are too many cases in this quarter to count them on a page.")}
    page = render_template(
        "statistics/held.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=bool(errors),
        errors=errors,
        companies=companies,
        quarters=[(one, one) for one in quarters],
        company=company,
        quarter=quarter,
        found=found,
        tables=drawn(found.shown, "held") if found else (),
        total=total(found.shown) if found else "",
        may_publish=_may_publish(member, found),
        published=in_words(found.published_on, "plain") if found and found.published_on else "",
    )
    return page, refused.status if refused else 200


def _may_publish(member: Member, found: HeldFigures | None) -> bool:
    """What the page offers; the vault says who may."""
    if found is None or not found.is_closed or found.published_on is not None:
        return False
    return (HANDLER, found.company) in member.roles


def drawn(shown: Shown, place: str) -> tuple[Drawn, ...]:
    """Every table in words and as a drawing; `place` keeps the ids on a page apart."""
    return tuple(
        _drawn(name, shown.tables[name], f"{place}-{name}") for name in TABLES if name in shown.tables
    )


def total(shown: Shown) -> str:
    """How many cases there are, in words."""
    if shown.total.value is None:
        return gettext("There are too few cases to show anything.")
    return gettext("Cases received: %(figure)s.", figure=_figure(shown.total))


def _drawn(name: str, cells: tuple[Cell, ...], place: str) -> Drawn:
    most = max((cell.value or 0 for cell in cells), default=0) or 1
    bars = tuple(
        Bar(_label(name, cell.key), _figure(cell), round(BAR * (cell.value or 0) / most), ROW * position)
        for position, cell in enumerate(cells)
    )
    return Drawn(place, words.word(TABLES, name), bars, ROW * len(bars))


def _figure(cell: Cell) -> str:
    if cell.value is None:
        return LEFT_OUT
    return gettext("at least %(figure)s", figure=cell.value) if cell.at_least else str(cell.value)


def _label(name: str, key: str) -> str:
    if name == "states":
        return words.word(words.STATES, key)
    if name == "categories":
        return gettext("Not said") if key == "none" else category_name(key)
    return str(CELLS[name][key]) if name in CELLS and key in CELLS[name] else key
