"""The companies as they are stored, and what their channels lack; a change goes the site file's way."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import SettingsWrong
from whistle.parties.member import Member
from whistle.rules.companies import as_entry
from whistle.web import forms, people_words, staff_guard
from whistle.web import staff_words as words
from whistle.web.admin import ROLE, page
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, typed_form
from whistle.web.trouble import Trouble

blueprint = Blueprint("admin_companies", __name__)
staff_guard.protect(blueprint)


def _again(trouble: Trouble, code: str) -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    return _company(staff_guard.signed_in(ROLE), code, typed_form(), Refused.of(trouble))


@blueprint.get("/admin/companies")
def companies() -> ResponseReturnValue:
    """Show every company, and what the owner of the site has yet to decide."""
    member = staff_guard.signed_in(ROLE)
    return page(
        "admin/companies.html",
        member,
        channels=services().administration.companies(member),
        decisions=people_words.OPEN_DECISIONS,
    )


@blueprint.get("/admin/companies/<code>")
def company(code: str) -> ResponseReturnValue:
    """Show one company, with a form for its own administrators."""
    return _company(staff_guard.signed_in(ROLE), code)


@blueprint.post("/admin/companies/<code>")
@door(again=_again)
def change(code: str) -> ResponseReturnValue:
    """Change a company as `whistle apply` would, refused for the same reasons."""
    member, typed = staff_guard.signed_in(ROLE), typed_form()
    try:
        said = services().administration.change_company(member, code, typed)
    except SettingsWrong as error:
        return _company(member, code, typed, Refused({"": str(error)}))
    done = "company_changed" if said else "company_same"
    return redirect(url_for(".company", code=code, done=done), staff_guard.SEE_OTHER)


def _company(
    member: Member, code: str, typed: Typed | None = None, refused: Refused | None = None
) -> ResponseReturnValue:
    channel = services().administration.company(member, code)
    stored = Typed({name: str(value) for name, value in as_entry(channel.company).items()})
    return page(
        "admin/company.html",
        member,
        typed=stored if typed is None else typed,
        refused=refused,
        channel=channel,
        bases=words.options(people_words.BASES),
    )
