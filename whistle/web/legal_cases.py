"""Legal's list of cases, and one hold on many of them: what one person places, and what takes a second."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import NotThere
from whistle.parties.legal_views import AskView, Placed
from whistle.parties.member import Member
from whistle.rules.holds import MANY_CASES, MOST_CASES
from whistle.vault.legal_list import Asked
from whistle.web import forms, legal, legal_words, staff_guard
from whistle.web import staff_words as words
from whistle.web.forms import door
from whistle.web.languages import day
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, case_number, refusals, typed_form
from whistle.web.staff_words import gettext, ngettext
from whistle.web.trouble import Trouble

blueprint = Blueprint("legal_cases", __name__)
staff_guard.protect(blueprint)

FILTER: Final = ("company", "state", "held", "within")
FIELDS: Final = ("citation", "ground", "review_on", "note", "numbers")

_BETWEEN: Final = re.compile(r"[\r\n,;]+")
_NUMBER: Final = re.compile(r"W-[0-9A-Z]{4}-[0-9A-Z]{4}")
#: So many of what cannot be a number are named; more would push the form off the page.
NAMED: Final = 5


@blueprint.get("/legal/cases")
def cases() -> ResponseReturnValue:
    """Show the cases of one's companies, with boxes to choose some of them."""
    member = staff_guard.signed_in(legal.ROLE)
    return _list(member, request.args, request.args.get("after", ""), [])


def _again(trouble: Trouble, ask_id: str = "") -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    member, refused = staff_guard.signed_in(legal.ROLE), Refused.of(trouble)
    if ask_id:
        return _ask(member, ask_id, refused)
    return _form(member, typed_form(), refused)


@blueprint.post("/legal/cases")
@door(again=_again)
def more_cases() -> ResponseReturnValue:
    """Show the next page of the list and keep what was chosen on the one before."""
    member = staff_guard.signed_in(legal.ROLE)
    chosen = [one for one in request.form.getlist("case_number") if _NUMBER.fullmatch(one)]
    return _list(member, typed_form(), request.form.get("after", ""), list(dict.fromkeys(chosen)))


@blueprint.get("/legal/holds/many")
def many() -> ResponseReturnValue:
    """Show the form that places one hold on several cases."""
    return _form(staff_guard.signed_in(legal.ROLE), Typed())


@blueprint.post("/legal/holds/many")
@door(again=_again)
def place_many() -> ResponseReturnValue:
    """Place one hold on all the cases named; from the list, show the form with what was chosen."""
    member, typed = staff_guard.signed_in(legal.ROLE), typed_form()
    if typed["step"] in {"choose", "all"}:
        chosen = request.form.getlist("case_number")
        if typed["step"] == "all":
            chosen = list(services().legal.pages.numbers(member, _asked(typed), MOST_CASES))
        return _form(member, Typed({"numbers": "\n".join(dict.fromkeys(chosen))}))
    try:
        numbers = numbers_of(request.form.getlist("case_number"), typed["numbers"])
        with refusals(*FIELDS):
            placed = services().legal.holding.place_all(
                member, numbers, typed["ground"], typed["citation"], typed["note"], typed["review_on"].strip()
            )
        _require_something(placed)
    except Refused as refused:
        return _form(member, typed, refused)
    return legal.page("legal/placed.html", member, None, None, placed=placed, day=day)


def numbers_of(boxes: list[str], text: str) -> list[str]:
    """The case numbers in ticked boxes and in a text, one a line or with commas between; else `Refused`."""
    found: list[str] = []
    wrong: list[str] = []
    for part in [*boxes, *_BETWEEN.split(text)]:
        whole = case_number(part)
        # A line of several numbers has blanks between them; one number may have blanks within.
        tried = [whole] if _NUMBER.fullmatch(whole) else [case_number(one) for one in part.split()]
        for one in tried:
            (found if _NUMBER.fullmatch(one) else wrong).append(one)
    if wrong:
        named = ", ".join(wrong[:NAMED]) + (" …" if len(wrong) > NAMED else "")
        raise Refused({"numbers": gettext("This is no case number: %(said)s", said=named)})
    return found


def _require_something(placed: Placed) -> None:
    if placed.placed or placed.doubled:
        return
    said = [
        f"{number}: {gettext('Gone on %(day)s.', day=day(on))} {words.refusal('gone')}"
        for number, on in placed.gone[:NAMED]
    ]
    if placed.absent:
        numbers = ", ".join(placed.absent[:NAMED]) + (" …" if len(placed.absent) > NAMED else "")
        said.append(gettext("No case of your companies has this number: %(numbers)s", numbers=numbers))
    raise Refused({"numbers": " ".join(said)})


@blueprint.get("/legal/asks/<ask_id>")
def ask(ask_id: str) -> ResponseReturnValue:
    """Show a hold on many cases that waits, with the very list that a second person confirms."""
    return _ask(staff_guard.signed_in(legal.ROLE), ask_id)


@blueprint.post("/legal/asks/<ask_id>/confirm")
@door(again=_again)
def confirm(ask_id: str) -> ResponseReturnValue:
    """Confirm, as the second person, the list that was shown."""
    member = staff_guard.signed_in(legal.ROLE)
    try:
        with refusals(""):
            services().legal.holding.confirm(member, ask_id, typed_form()["list"])
    except Refused as refused:
        return _ask(member, ask_id, refused)
    return redirect(url_for("legal.desk", done="hold_confirmed"), staff_guard.SEE_OTHER)


@blueprint.post("/legal/asks/<ask_id>/end")
@door(again=_again)
def end(ask_id: str) -> ResponseReturnValue:
    """Withdraw one's own ask, or refuse a colleague's; the cases are held by it no longer."""
    member, typed = staff_guard.signed_in(legal.ROLE), typed_form()
    try:
        with refusals("reason"):
            services().legal.holding.end(member, ask_id, typed["reason"])
    except Refused as refused:
        return _ask(member, ask_id, refused, typed)
    return redirect(url_for("legal.desk", done="hold_ended"), staff_guard.SEE_OTHER)


def show_draft(member: Member, endpoint: str, values: Mapping[str, str], typed: Typed) -> ResponseReturnValue:
    """Show the form again with text that was typed before somebody was signed out; nothing has been done."""
    del endpoint
    staff_guard.holding(member, legal.ROLE)
    if "ask_id" in values:
        return _ask(member, values["ask_id"], typed=typed)
    return _form(member, typed, is_draft=True)


def _list(member: Member, said: Mapping[str, str], after: str, chosen: list[str]) -> ResponseReturnValue:
    asked = {name: said.get(name, "") for name in FILTER}
    found = services().legal.pages.cases(member, _asked(asked), after)
    shown = {row.number for row in found.rows}
    wanted = {name: value for name, value in asked.items() if value}
    return legal.page(
        "legal/cases.html", member, None, None,
        page=found, asked=asked, filtered=bool(wanted), query=urlencode(wanted),
        chosen=[one for one in chosen if one not in shown],
        ticked=set(chosen), began=bool(after),
        companies=[("", gettext("All")), *found.companies],
        states=[*words.options(legal_words.STATES), *words.options(words.STATES)],
        held=words.options(legal_words.HELD), within=words.options(legal_words.WITHIN),
        days=lambda on: words.days_away((on - found.today).days),
    )  # fmt: skip


def _asked(said: Mapping[str, str]) -> Asked:
    """A filter that cannot be meant asks for nothing."""
    within, state, held = (said[name] for name in ("within", "state", "held"))
    return Asked(
        said["company"],
        state if state in {*legal_words.STATES, *words.STATES} else "",
        held if held in legal_words.HELD else "",
        int(within) if within and within in legal_words.WITHIN else None,
    )


def _form(
    member: Member, typed: Typed, refused: Refused | None = None, *, is_draft: bool = False
) -> ResponseReturnValue:
    # An empty list is asked of legal as well, so that nobody else learns that there is such a form.
    services().legal.pages.numbers(member, Asked(), 1)
    count = len([line for line in _BETWEEN.split(typed["numbers"]) if line.strip()])
    said = ngettext("%(num)d case is named.", "%(num)d cases are named.", count) if count else ""
    more = {"is_many": count > MANY_CASES, "counted": said}
    return legal.page("legal/many.html", member, typed, refused, is_draft=is_draft, **more)


def _ask(
    member: Member, ask_id: str, refused: Refused | None = None, typed: Typed | None = None
) -> ResponseReturnValue:
    found: AskView | None = next(
        (one for one in services().legal.holding.asks(member) if one.id == ask_id), None
    )
    if found is None:
        raise NotThere("nothing like that waits")
    return legal.page("legal/ask.html", member, typed, refused, ask=found)
