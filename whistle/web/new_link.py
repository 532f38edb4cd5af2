"""An administrator lets a colleague who lost everything begin anew; their old key is over from then on."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from whistle.web import staff_guard
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import Refused, refusals
from whistle.web.trouble import Trouble

blueprint = Blueprint("new_link", __name__)
staff_guard.protect(blueprint)

ROLE = "administrator"


@blueprint.get("/admin/people/<person>/link")
def ask(person: str) -> ResponseReturnValue:
    """Show what a new link does, before it is made."""
    return _page(person)


def _again(trouble: Trouble, person: str) -> ResponseReturnValue:
    return _page(person, refused=Refused.of(trouble))


@blueprint.post("/admin/people/<person>/link")
@door(again=_again)
def make(person: str) -> ResponseReturnValue:
    """End the person's key and show the new activation link, once."""
    member = staff_guard.signed_in(ROLE)
    try:
        with refusals(""):
            token = services().staff.invite_again(member, person)
    except Refused as refused:
        return _page(person, refused=refused)
    return _page(person, link=f"{services().settings.base_url}/staff/activate/{token}")


def _page(person: str, *, link: str = "", refused: Refused | None = None) -> ResponseReturnValue:
    member = staff_guard.signed_in(ROLE)
    try:
        with refusals(""):
            name = services().staff.may_invite_again(member, person)
    except Refused as known:
        name, refused = member.name, known
    page = render_template(
        "admin/new_link.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        name=name,
        link=link,
    )
    return page, refused.status if refused else 200
