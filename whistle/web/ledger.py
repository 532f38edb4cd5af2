"""The ledger in dated sentences: who did what to which case, never a word of content."""

from datetime import date
from itertools import groupby

from flask import Blueprint, render_template, request

from whistle.parties.views import LedgerLine
from whistle.web import staff_guard
from whistle.web import staff_words as words
from whistle.web.languages import day as in_words
from whistle.web.services import services

blueprint = Blueprint("ledger", __name__)
staff_guard.protect(blueprint)

ROLE = "auditor"
#: Facts that are ids of keys and holds: they bind the line, and tell a reader nothing.
NOT_SHOWN = frozenset({"hold", "key", "id", "counts"})
#: A line's number has at most so many digits (the ledger counts in 64 bits); longer ones are nobody's.
_DIGITS = 18


@blueprint.get("/ledger")
def lines() -> str:
    """Show a page of the ledger, newest first, and whether its chain was intact while it was read."""
    member = staff_guard.signed_in(ROLE)
    before = request.args.get("before", "")
    is_number = before.isascii() and before.isdigit() and len(before) <= _DIGITS
    page = services().keys.ledger(member, int(before) if is_number else None)
    return render_template(
        "admin/ledger.html",
        member=member,
        nav=staff_guard.navigation(member),
        page=page,
        days=[
            (day, [(line, _sentence(line), _facts(line)) for line in group])
            for day, group in groupby(page.lines, key=lambda line: line.day)
        ],
        next_url="" if page.before is None else f"/ledger?before={page.before}",
        first_url="/ledger" if is_number else "",
    )


def _sentence(line: LedgerLine) -> str:
    return words.ledger_sentence(line.action, line.actor)


def _facts(line: LedgerLine) -> str:
    shown = (
        (name, _value(name, value))
        for name, value in line.facts
        if name not in NOT_SHOWN and value != "False"
    )
    return ", ".join(f"{words.word(words.LEDGER_FACTS, name)}: {value}" for name, value in shown)


def _role(text: str) -> str:
    role, _at, company = text.partition("@")
    return f"{words.word(words.ROLES, role)}, {company}"


def _value(name: str, value: str) -> str:
    if name == "roles":
        return "; ".join(_role(one) for one in value.strip("[]").replace("'", "").split(", "))
    if value == "True":
        return str(words.YES)
    if value in words.GROUNDS:
        return words.word(words.GROUNDS, value)
    try:
        return in_words(date.fromisoformat(value), "plain")
    except ValueError:
        return words.word(words.ROLES, value)
