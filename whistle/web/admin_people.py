"""One person: inviting them, giving and ending roles, what reporters are shown of them, and their leaving."""

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import Conflict, NotThere
from whistle.parties.administration_views import PersonEntry, RoleForm
from whistle.parties.member import Member
from whistle.rules.companies import Basis
from whistle.rules.roles import DESIGNATED_AHEAD, Role
from whistle.web import forms, staff_guard
from whistle.web import staff_words as words
from whistle.web.admin import ROLE, page
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, refusals, typed_form
from whistle.web.staff_words import gettext
from whistle.web.trouble import Trouble

blueprint = Blueprint("admin_people", __name__)
staff_guard.protect(blueprint)

FIELDS = ("name", "email", "function", "role", "company", "from_on", "to_on", "on_day", "shared")


def _again(trouble: Trouble, person: str = "", role: str = "") -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    member, refused = staff_guard.signed_in(ROLE), Refused.of(trouble)
    if role:
        return _end(member, person, role, typed_form(), refused)
    if request.path.endswith("/retire"):
        return _retire(member, person, refused)
    return _person(member, person, typed_form(), refused) if person else _new(member, typed_form(), refused)


@blueprint.get("/admin/people/new")
def new() -> ResponseReturnValue:
    """Ask who is to be invited, and for which role."""
    return _new(staff_guard.signed_in(ROLE), Typed())


@blueprint.post("/admin/people/new")
@door(again=_again)
def invite() -> ResponseReturnValue:
    """Invite somebody; the link of the activation is shown this once."""
    member, typed = staff_guard.signed_in(ROLE), typed_form()
    try:
        with refusals("name", *FIELDS):
            token = _invited(member, typed)
    except Refused as refused:
        return _new(member, typed, refused)
    link = services().settings.base_url + url_for("staff.activate", token=token)
    return page("admin/invited.html", member, name=typed["name"], link=link)


def _invited(member: Member, typed: Typed) -> str:
    try:
        return services().administration.invite(
            member, typed["name"], typed["email"], typed["function"], _role(typed)
        )
    except Conflict as error:
        said = gettext("Somebody of this name has an account already. Open it and give the role there.")
        raise Refused({"name": said}) from error
    except NotThere as error:
        raise Refused({"company": words.refusal("company")}) from error


@blueprint.get("/admin/people/<person>")
def person(person: str) -> ResponseReturnValue:
    """Show one person with everything that can be done."""
    return _person(staff_guard.signed_in(ROLE), person, Typed())


@blueprint.post("/admin/people/<person>/roles")
@door(again=_again)
def give(person: str) -> ResponseReturnValue:
    """Give somebody a role."""
    member, typed = staff_guard.signed_in(ROLE), typed_form()
    try:
        with refusals("role", *FIELDS):
            services().administration.give(member, person, _role(typed))
    except Refused as refused:
        return _person(member, person, typed, refused)
    return _done(person, "role_given")


@blueprint.post("/admin/people/<person>/function")
@door(again=_again)
def function(person: str) -> ResponseReturnValue:
    """Change what a reporter is shown of somebody."""
    member, typed = staff_guard.signed_in(ROLE), typed_form()
    try:
        with refusals("function", *FIELDS):
            services().administration.change_function(member, person, typed["function"])
    except Refused as refused:
        return _person(member, person, typed, refused)
    return _done(person, "function_changed")


@blueprint.get("/admin/people/<person>/roles/<role>/end")
def end_page(person: str, role: str) -> ResponseReturnValue:
    """Say what ending a role does, and ask for the day."""
    return _end(staff_guard.signed_in(ROLE), person, role, Typed())


@blueprint.post("/admin/people/<person>/roles/<role>/end")
@door(again=_again)
def end(person: str, role: str) -> ResponseReturnValue:
    """Let a role end."""
    member, typed = staff_guard.signed_in(ROLE), typed_form()
    try:
        with refusals("on_day"):
            services().administration.end(member, role, typed["on_day"])
    except Refused as refused:
        return _end(member, person, role, typed, refused)
    return _done(person, "role_ended")


@blueprint.get("/admin/people/<person>/retire")
def retire_page(person: str) -> ResponseReturnValue:
    """Say what ending an account does."""
    return _retire(staff_guard.signed_in(ROLE), person)


@blueprint.post("/admin/people/<person>/retire")
@door(again=_again)
def retire(person: str) -> ResponseReturnValue:
    """End an account."""
    member = staff_guard.signed_in(ROLE)
    try:
        with refusals(""):
            services().administration.retire(member, person)
    except Refused as refused:
        return _retire(member, person, refused)
    return redirect(url_for("admin.people", done="person_retired"), staff_guard.SEE_OTHER)


def _done(person: str, said: str) -> ResponseReturnValue:
    return redirect(url_for(".person", person=person, done=said), staff_guard.SEE_OTHER)


def _role(typed: Typed) -> RoleForm:
    shared = typed["shared"] == "yes"
    return RoleForm(typed["role"], typed["company"], typed["from_on"], typed["to_on"], shared)


def _new(member: Member, typed: Typed, refused: Refused | None = None) -> ResponseReturnValue:
    choices = _choices(member)
    outside = (str(Role.INVESTIGATOR), gettext("Outside investigator: a handler names the case"))
    roles = [*choices.pop("roles"), outside]
    return page("admin/new.html", member, typed=typed, refused=refused, roles=roles, **choices)


def _person(
    member: Member, person_id: str, typed: Typed, refused: Refused | None = None
) -> ResponseReturnValue:
    one = services().administration.person(member, person_id)
    return page("admin/person.html", member, typed=typed, refused=refused, person=one, **_choices(member))


def _end(
    member: Member, person_id: str, role_id: str, typed: Typed, refused: Refused | None = None
) -> ResponseReturnValue:
    one = services().administration.person(member, person_id)
    role = next((found for found in one.roles if found.id == role_id and found.mine), None)
    if role is None:
        raise NotThere("no such role")
    today = services().clock.now().date().isoformat()
    return page(
        "admin/end_role.html", member, typed=typed, refused=refused, person=one, role=role, today=today
    )


def _retire(member: Member, person_id: str, refused: Refused | None = None) -> ResponseReturnValue:
    one: PersonEntry = services().administration.person(member, person_id)
    if not one.mine:
        raise NotThere("not yours to retire")
    return page("admin/retire.html", member, refused=refused, person=one)


def _choices(member: Member) -> dict[str, Any]:
    """The roles and companies that this administrator may give, and whether any channel is shared."""
    mine = [one.company for one in services().administration.companies(member) if one.mine]
    nothing = ("", gettext("Choose"))
    return {
        "roles": [nothing, *((role, words.word(words.ROLES, role)) for role in DESIGNATED_AHEAD)],
        "companies": [nothing, *((company.code, company.name) for company in mine)],
        "any_shared": any(company.basis is Basis.SHARED for company in mine),
    }
