"""The desk's search: what is looked for travels in a form only, never in an address, which is logged."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from whistle.parties.member import Member
from whistle.parties.search import Found, Hit, Question
from whistle.rules.categories import load_categories
from whistle.rules.roles import READS_CONTENT
from whistle.vault.search import Wanted
from whistle.web import forms, staff_guard
from whistle.web import staff_words as words
from whistle.web.choices import category_name
from whistle.web.forms import door
from whistle.web.languages import day as in_words
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, refusals, typed_form
from whistle.web.staff_words import gettext, ngettext
from whistle.web.trouble import Trouble

blueprint = Blueprint("search", __name__)
staff_guard.protect(blueprint)

ROLES: Final = tuple(sorted(READS_CONTENT))
#: What the form of the next part sends again.
ASKED: Final = ("text", "category", "company", "state", "from_on", "to_on", "overdue", "deep")
#: A count that somebody changed in the form is only ever shown to themselves; this keeps it short.
_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Line:
    """One hit in words."""

    number: str
    subject: str
    excerpt: str
    about: str
    day: str
    company: str
    state: str


def _again(trouble: Trouble) -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    return _page(staff_guard.signed_in(*ROLES), typed_form(), refused=Refused.of(trouble))


@blueprint.get("/desk/search")
def form() -> ResponseReturnValue:
    """Show the form."""
    return _page(staff_guard.signed_in(*ROLES), Typed({"state": "all"}))


@blueprint.post("/desk/search")
@door(again=_again)
def search() -> ResponseReturnValue:
    """Look through one part of the cases, and show what was found in it and how much is left."""
    member, typed = staff_guard.signed_in(*ROLES), typed_form()
    try:
        with refusals("text", "text", "category"):
            found = services().overview.search.run(member, _question(typed), request.form.get("after", ""))
    except Refused as refused:
        return _page(member, typed, refused=refused)
    return _page(member, typed, found=found)


def _question(typed: Typed) -> Question:
    from_on, to_on = _day(typed, "from_on"), _day(typed, "to_on")
    wanted = Wanted(typed["company"], typed["state"], from_on, to_on, overdue=typed["overdue"] == "yes")
    return Question(typed["text"], typed["category"], wanted, deep=typed["deep"] == "yes")


def _day(typed: Typed, field: str) -> date | None:
    text = typed[field].strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refused({field: gettext("Write the date as year, month and day.")}) from error


def _page(
    member: Member, typed: Typed, *, found: Found | None = None, refused: Refused | None = None
) -> ResponseReturnValue:
    errors = refused.errors if refused else {}
    page = render_template(
        "desk/search.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=bool(errors),
        errors=errors,
        typed=typed,
        companies=[("", gettext("All")), *services().overview.search.companies(member)],
        categories=_categories(),
        states=words.options(words.STATE_FILTERS),
        found=found,
        **({} if found is None else _result(found, typed)),
    )
    return page, refused.status if refused else 200


def _categories() -> list[tuple[str, str]]:
    return [("", gettext("All")), *((c.code, category_name(c.code)) for c in load_categories().categories)]


def _result(found: Found, typed: Typed) -> dict[str, object]:
    before = _number(typed["seen"])
    seen = before + found.looked_at
    return {
        "lines": [_line(hit) for hit in found.hits],
        "seen": seen,
        "total": seen + found.left,
        "heading": _heading(found, before),
        "asked": [(name, typed[name]) for name in ASKED if typed[name]],
    }


def _heading(found: Found, before: int) -> str:
    number = len(found.hits)
    if before or found.after:
        return ngettext("%(num)d case in this part", "%(num)d cases in this part", number)
    return ngettext("%(num)d case found", "%(num)d cases found", number)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0


def _line(hit: Hit) -> Line:
    return Line(
        number=hit.number,
        subject=hit.subject,
        excerpt=hit.excerpt,
        about=category_name(hit.category) if hit.category else "",
        day=in_words(hit.received_on, "plain"),
        company=hit.company_name,
        state=words.word(words.STATES, hit.state),
    )
