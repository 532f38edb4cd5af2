"""The ledger in dated sentences: who did what to which case, never a word of content."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for

from whistle.vault.book import Asked
from whistle.web import ledger_words, staff_guard
from whistle.web.services import services
from whistle.web.staff_forms import case_number
from whistle.web.staff_words import gettext

blueprint = Blueprint("ledger", __name__)
staff_guard.protect(blueprint)

ROLE: Final = "auditor"
ASKED: Final = ("case", "action", "from_on", "to_on")


@blueprint.get("/ledger")
def lines() -> str:
    """Show a page of the ledger, newest first, and whether it was intact while it was read."""
    member = staff_guard.signed_in(ROLE)
    actions = ledger_words.actions()
    asked = {name: request.args.get(name, "") for name in ASKED}
    before = request.args.get("before", "")
    page = services().overview.book.page(member, _asked(asked, dict(actions)), before)
    return render_template(
        "admin/ledger.html",
        member=member,
        nav=staff_guard.navigation(member),
        page=page,
        asked=asked,
        filtered=any(asked.values()),
        actions=[("", gettext("Everything")), *actions],
        days=[
            (day, [(line, ledger_words.sentence(line), ledger_words.facts(line)) for line in group])
            for day, group in groupby(page.lines, key=lambda line: line.day)
        ],
        next_url=_address(asked, page.before) if page.before else "",
        first_url=_address(asked, "") if before else "",
    )


def _asked(asked: Mapping[str, str], actions: Mapping[str, str]) -> Asked:
    """A filter that cannot be meant asks for nothing; a case number that is none finds nothing."""
    return Asked(
        case_number(asked["case"]) if asked["case"].strip() else "",
        asked["action"] if asked["action"] in actions else "",
        _day(asked["from_on"]),
        _day(asked["to_on"]),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _address(asked: Mapping[str, str], before: str) -> str:
    said = {name: value for name, value in {**asked, "before": before}.items() if value}
    return f"{url_for('ledger.lines')}?{urlencode(said)}" if said else url_for("ledger.lines")
