"""The doors at which an officer enters what they found out, and decides as the rules then say."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import NotThere
from whistle.parties.member import Member
from whistle.parties.report_form import FormRefused
from whistle.web import fact_words, forms, privacy_words, staff_guard
from whistle.web.forms import door
from whistle.web.request_forms import request_refusals
from whistle.web.services import services
from whistle.web.staff_forms import Refused
from whistle.web.trouble import Trouble

blueprint = Blueprint("privacy_facts", __name__)
staff_guard.protect(blueprint)

ROLE: Final = "privacy_officer"
Said = Mapping[str, list[str]]


@blueprint.get("/privacy-desk/<number>/facts/<part>")
def facts(number: str, part: str) -> ResponseReturnValue:
    """Show what the rules ask about a part of the request."""
    return _page(staff_guard.signed_in(ROLE), number, part)


def _again(trouble: Trouble, number: str = "", part: str = "") -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    member = staff_guard.signed_in(ROLE)
    if not part:
        return forms.again_page(trouble)
    return _page(member, number, part, _said(), Refused.of(trouble))


@blueprint.post("/privacy-desk/<number>/facts/<part>")
@door(again=_again)
def keep(number: str, part: str) -> ResponseReturnValue:
    """Keep what was found out."""
    member, said = staff_guard.signed_in(ROLE), _said()
    if not fact_words.is_part(part):
        raise NotThere("there is no such part")
    try:
        with _refusals():
            services().privacy.desk.keep_facts(member, number, part, said)
    except Refused as refused:
        return _page(member, number, part, said, refused)
    place = url_for("privacy_desk.one", number=number, done="facts", _anchor="verdicts")
    return redirect(place, staff_guard.SEE_OTHER)


@blueprint.post("/privacy-desk/<number>/decisions/as-the-rules-say")
@door(again=_again)
def decide(number: str) -> ResponseReturnValue:
    """Decide as the rules say wherever they say yes or no."""
    member, done = staff_guard.signed_in(ROLE), "decided"
    try:
        with request_refusals(""):
            services().privacy.desk.decide_as_the_rules(member, number)
    except Refused:
        done = "nothing_clear"
    place = url_for("privacy_desk.one", number=number, done=done, _anchor="verdicts")
    return redirect(place, staff_guard.SEE_OTHER)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        with request_refusals("provision"):
            yield
    except Refused as refused:
        if not isinstance(refused.__cause__, FormRefused):
            raise
        problems = refused.__cause__.problems
        raise Refused({one.field: str(fact_words.REFUSALS[one.reason]) for one in problems}) from refused


def _said() -> dict[str, list[str]]:
    return {name: request.form.getlist(name) for name in request.form}


def _page(
    member: Member, number: str, part: str, said: Said | None = None, refused: Refused | None = None
) -> ResponseReturnValue:
    if not fact_words.is_part(part):
        raise NotThere("there is no such part")
    view = services().privacy.desk.facts(member, number, part)
    found = {name: [value] if isinstance(value, str) else value for name, value in view.found.items()}
    page = render_template(
        "privacy_desk/facts.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        done="",
        draft=False,
        view=view,
        said=found if said is None else said,
        say=fact_words,
        words=privacy_words,
    )
    return page, refused.status if refused else 200
