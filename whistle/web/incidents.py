"""The officer's doors of the register of incidents: the list, a new one, and one with its lines."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import Conflict
from whistle.parties.member import Member
from whistle.parties.report_form import FormRefused
from whistle.rules.incidents import FIELDS, load_notice
from whistle.web import forms, incident_words, staff_guard
from whistle.web import staff_words as words
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import CONFLICT, Refused, Typed, typed_form
from whistle.web.staff_words import gettext
from whistle.web.trouble import Trouble

blueprint = Blueprint("incidents", __name__)
staff_guard.protect(blueprint)

ROLE: Final = "privacy_officer"
BASE: Final = "/privacy-desk/incidents"


@blueprint.get(BASE)
def register() -> str:
    """List the incidents of one's companies, open ones first."""
    member = staff_guard.signed_in(ROLE)
    return render_template(
        "privacy_desk/incidents.html",
        member=member,
        nav=staff_guard.navigation(member),
        found=services().privacy.incidents.listing(member),
        done="",
        rule=load_notice(),
    )


@blueprint.get(f"{BASE}/new")
def new() -> ResponseReturnValue:
    """The empty form of an incident."""
    return _new_page(staff_guard.signed_in(ROLE), Typed())


@blueprint.get(f"{BASE}/<number>")
def one(number: str) -> ResponseReturnValue:
    """Show an incident as it stands, its lines, and the form for the next."""
    return _page(staff_guard.signed_in(ROLE), number)


def _again(trouble: Trouble, number: str = "") -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    member, refused = staff_guard.signed_in(ROLE), Refused.of(trouble)
    return (
        _page(member, number, typed_form(), refused) if number else _new_page(member, typed_form(), refused)
    )


@blueprint.post(BASE)
@door(again=_again)
def report() -> ResponseReturnValue:
    """Write an incident down."""
    member, typed = staff_guard.signed_in(ROLE), typed_form()
    try:
        number = services().privacy.incidents.report(member, typed["company"], _said(typed))
    except FormRefused as error:
        return _new_page(member, typed, _refused(error))
    return redirect(url_for("incidents.one", number=number, done="kept"), staff_guard.SEE_OTHER)


@blueprint.post(f"{BASE}/<number>")
@door(again=_again)
def add(number: str) -> ResponseReturnValue:
    """Add a line: how things stand now; the button says whether the incident is closed with it."""
    member, typed = staff_guard.signed_in(ROLE), typed_form()
    closing = typed["step"] == "close"
    try:
        services().privacy.incidents.add(member, number, _said(typed), closing=closing)
    except FormRefused as error:
        return _page(member, number, typed, _refused(error))
    except Conflict:
        said = gettext("Somebody else added a line meanwhile. Read it below, then keep yours again.")
        return _page(member, number, typed, Refused({"": said}, CONFLICT))
    done = "closed" if closing else "kept"
    return redirect(url_for("incidents.one", number=number, done=done), staff_guard.SEE_OTHER)


@blueprint.post(f"{BASE}/<number>/colleagues")
@door(again=_again)
def let_in(number: str) -> ResponseReturnValue:
    """Open an incident to officers who came later."""
    services().privacy.incidents.let_in(staff_guard.signed_in(ROLE), number)
    return redirect(url_for("incidents.one", number=number, done="let_in"), staff_guard.SEE_OTHER)


def show_draft(member: Member, endpoint: str, values: Mapping[str, str], typed: Typed) -> ResponseReturnValue:
    """Show the form with what was typed before somebody was signed out; nothing has been kept."""
    del endpoint
    staff_guard.holding(member, ROLE)
    return _page(member, values["number"], typed) if "number" in values else _new_page(member, typed)


def _said(typed: Typed) -> dict[str, str]:
    return {name: typed[name] for name in FIELDS}


def _refused(error: FormRefused) -> Refused:
    return Refused({one.field: str(incident_words.REFUSALS[one.reason]) for one in error.problems})


def _new_page(member: Member, typed: Typed, refused: Refused | None = None) -> ResponseReturnValue:
    companies = [(one.code, one.name) for one in services().privacy.incidents.companies(member)]
    page = render_template(
        "privacy_desk/incident_new.html", companies=companies, **_shared(member, typed, refused)
    )
    return page, refused.status if refused else 200


def _page(
    member: Member, number: str, typed: Typed | None = None, refused: Refused | None = None
) -> ResponseReturnValue:
    found = services().privacy.incidents.open(member, number)
    filled = typed if typed is not None else Typed({**found.said, "note": ""})
    done = incident_words.DONE.get(request.args.get("done", ""))
    page = render_template(
        "privacy_desk/incident.html",
        found=found,
        facts=found.facts,
        left=incident_words.left(found.left),
        draft=typed is not None and refused is None,
        done="" if refused or done is None else str(done),
        **_shared(member, filled, refused),
    )
    return page, refused.status if refused else 200


def _shared(member: Member, typed: Typed, refused: Refused | None) -> dict[str, object]:
    return {
        "member": member,
        "nav": staff_guard.navigation(member),
        "wrong": refused is not None,
        "errors": refused.errors if refused else {},
        "typed": typed,
        "say": incident_words,
        "word": words.word,
        "told": words.options(incident_words.TOLD),
        "subjects": words.options(incident_words.SUBJECTS),
        "rule": load_notice(),
    }
