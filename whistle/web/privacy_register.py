"""The register of requests, in counts: for officers, and for whoever prints the record of processing."""

from collections.abc import Mapping, Sequence
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString

from whistle.rules.policy_codes import Right
from whistle.rules.request_counts import WHOLE, Charged, Line, Outcome, Timing
from whistle.rules.suppression import Cell
from whistle.vault.request_counts import Register, Told
from whistle.web import privacy_words, staff_guard
from whistle.web.admin import page
from whistle.web.languages import day
from whistle.web.services import services
from whistle.web.words import gettext
from whistle.web.words import lazy_gettext as _l

blueprint = Blueprint("privacy_register", __name__)
staff_guard.protect(blueprint)

ROLE: Final = "privacy_officer"
#: What stands where no number may.
LEFT_OUT: Final = "\N{EN DASH}"

OUTCOMES: Final[Mapping[str, LazyString]] = {
    "granted": _l("Granted"),
    "partly": _l("In part"),
    "refused": _l("Refused"),
    "passed_on": _l("Passed on"),
    "turned_away": _l("Not known who asked"),
}
TIMINGS: Final[Mapping[str, LazyString]] = {
    "in_time": _l("In time"),
    "extended": _l("In time, extended"),
    "late": _l("Late"),
    "none": _l("No answer"),
}
CHARGED: Final[Mapping[str, LazyString]] = {
    "nothing": _l("Free of charge"),
    "notice": _l("Fee or refusal announced"),
    "excessive": _l("Declined as excessive"),
}

Row = tuple[str, list[int]]


@blueprint.get("/privacy-desk/register")
def register() -> ResponseReturnValue:
    """Show a company's year with its true counts, to be printed."""
    member = staff_guard.signed_in(ROLE)
    desk = services().privacy.registers
    companies = desk.companies(member)
    code = request.args.get("company") or (companies[0][0] if companies else "")
    asked = request.args.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == len("2026") else 0
    found = desk.register(member, code, year)
    return render_template(
        "privacy_desk/register.html",
        member=member,
        nav=staff_guard.navigation(member),
        found=found,
        companies=list(companies),
        years=[(str(one), str(one)) for one in found.years],
        total=_sum(_whole(found)),
        months=_months(found),
        rights=_rights(found.lines),
        charged=[(str(CHARGED[code]), [_sum(_whole(found), charged=code)]) for code in Charged],
        outcomes=[str(OUTCOMES[code]) for code in Outcome],
        timings=[str(TIMINGS[code]) for code in Timing],
    )


@blueprint.get("/admin/requests")
def told() -> ResponseReturnValue:
    """Show what may be shown to those who know no request: years that are over, small counts left out."""
    member = staff_guard.signed_in("administrator", "auditor")
    found = services().privacy.registers.told(member)
    return page("admin/requests.html", member, found=[(one, _tables(one)) for one in found])


def _whole(found: Register) -> list[Line]:
    return [line for line in found.lines if line.asked == WHOLE]


def _sum(lines: Sequence[Line], **wanted: str) -> int:
    return sum(
        line.count for line in lines if all(getattr(line, name) == code for name, code in wanted.items())
    )


def _months(found: Register) -> list[Row]:
    """Requests by month of closing and by when they were answered."""
    whole = _whole(found)
    days = sorted({line.month for line in whole})
    return [
        (
            day(one, "month"),
            [_sum([line for line in whole if line.month == one], timing=code) for code in Timing],
        )
        for one in days
    ]


def _rights(lines: Sequence[Line]) -> list[Row]:
    """Each right that was asked for, by how it ended."""
    rows = [(str(one), [_sum(lines, asked=one, outcome=code) for code in Outcome]) for one in Right]
    return [(privacy_words.right_in_law(code), counts) for code, counts in rows if any(counts)]


def _tables(one: Told) -> list[tuple[str, list[tuple[str, str]]]]:
    """The tables of a year in words."""
    words = {"outcome": OUTCOMES, "timing": TIMINGS, "charged": CHARGED}
    heads = {
        "outcome": gettext("How they ended"),
        "timing": gettext("When they were answered"),
        "charged": gettext("Fees"),
    }
    found = [
        (heads[name], [(str(words[name][cell.key]), _figure(cell)) for cell in cells])
        for name, cells in one.requests.tables.items()
    ]
    rights = [(privacy_words.right_in_law(cell.key), _figure(cell)) for cell in one.rights.tables["asked"]]
    return [*found, (gettext("Rights asked for"), rights)]


def _figure(cell: Cell) -> str:
    return LEFT_OUT if cell.value is None else str(cell.value)
