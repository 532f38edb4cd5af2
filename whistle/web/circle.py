"""The doors of who works on a case: let a colleague in, shut somebody out, leave, name an investigator."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import NotThere, RuleRefused
from whistle.parties.circle_views import GrantedSome
from whistle.parties.member import Member
from whistle.web import circle_words, desk, staff_guard, work_forms
from whistle.web import staff_words as words
from whistle.web.desk_list import count
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, refusals, typed_form
from whistle.web.trouble import Trouble

blueprint = Blueprint("circle", __name__)
staff_guard.protect(blueprint)

#: What the form of the handlers asks for, and what the page says once it is done.
ACTIONS: Final = {"grant": "granted", "exclude": "excluded", "lift": "lifted"}
#: Which field a reason is about; the others are about the case as it stands.
FIELDS: Final = {"term": "to_on", "excluded": "person", "reporter_chose": "person", "alone": "person"}

Act = Callable[[Member, Typed], object]


def _action() -> str:
    asked = request.form.get("action", "grant")
    return asked if asked in ACTIONS else "grant"


def _again(trouble: Trouble, number: str) -> ResponseReturnValue:
    return work_forms.again(_action())(trouble, number)


@blueprint.post("/desk/cases/<number>/handlers")
@door(again=_again)
def handlers(number: str) -> ResponseReturnValue:
    """Let a colleague in (`action` is `grant`), shut somebody out (`exclude`), or take that back (`lift`)."""
    action, circle = _action(), services().circle

    def act(member: Member, typed: Typed) -> None:
        with _about(action):
            if action == "grant":
                circle.grant(member, number, _chosen(typed, action))
            elif action == "exclude":
                circle.exclude(member, number, _chosen(typed, action), typed["reason"])
            else:
                circle.lift(member, number, _chosen(typed, action), typed["reason"])

    return work_forms.carry_out(number, action, ACTIONS[action], act)


@blueprint.post("/desk/cases/<number>/conflict")
@door(again=work_forms.again("conflict"))
def conflict(number: str) -> ResponseReturnValue:
    """Declare a conflict of interest of one's own: the case is gone from one's list."""
    member, typed = staff_guard.signed_in(*staff_guard.WORKING), typed_form()
    try:
        with work_forms.refusals("conflict"), _about("conflict"):
            services().circle.declare_conflict(member, number, typed["reason"])
    except Refused as refused:
        return desk.refused_page(member, number, "conflict", typed, refused)
    return redirect(url_for("circle.newcomers", done="left"), staff_guard.SEE_OTHER)


@blueprint.post("/desk/cases/<number>/investigators")
@door(again=work_forms.again("investigator"))
def investigators(number: str) -> ResponseReturnValue:
    """Name somebody from outside for this case, until a day (L15)."""

    def act(member: Member, typed: Typed) -> None:
        with _about("investigator"):
            services().circle.name_investigator(
                member, number, _chosen(typed, "investigator"), typed["to_on"], typed["reference"]
            )

    return work_forms.carry_out(number, "investigator", "named", act)


@blueprint.get("/desk/newcomers")
def newcomers() -> ResponseReturnValue:
    """Show the colleagues who lack open cases that one has, with their number."""
    return _newcomers_page(staff_guard.signed_in(*staff_guard.WORKING))


@blueprint.post("/desk/newcomers")
@door()
def grant_all() -> ResponseReturnValue:
    """Grant a colleague the next open cases they lack; the page says how many are left."""
    member, typed = staff_guard.signed_in(*staff_guard.WORKING), typed_form()
    try:
        with refusals("person"):
            some = services().circle.grant_all(member, typed["person"], typed["company"])
    except Refused as refused:
        return _newcomers_page(member, refused=refused)
    return _newcomers_page(member, some=some, person=typed["person"])


def show_draft(member: Member, endpoint: str, values: Mapping[str, str], typed: Typed) -> ResponseReturnValue:
    """Show the case with a form that was filled before the handler was signed out; nothing has been sent."""
    staff_guard.holding(member, *staff_guard.WORKING)
    if "number" not in values:
        return _newcomers_page(member)
    door_name = endpoint.rpartition(".")[2]
    form = {"conflict": "conflict", "investigators": "investigator"}.get(door_name, typed["action"])
    return desk.refused_page(member, values["number"], form or "grant", typed, draft=True)


def _newcomers_page(
    member: Member, *, some: GrantedSome | None = None, person: str = "", refused: Refused | None = None
) -> ResponseReturnValue:
    page = render_template(
        "desk/newcomers.html",
        member=member,
        nav=staff_guard.navigation(member),
        colleagues=services().circle.newcomers(member),
        count=count,
        some=some,
        person=person,
        wrong=refused is not None,
        says=next(iter(refused.errors.values())) if refused else "",
        done=words.done(request.args.get("done", "")),
    )
    return page, refused.status if refused else 200


def _chosen(typed: Typed, form: str) -> str:
    if not typed["person"]:
        raise Refused({f"{form}-person": words.refusal("missing")})
    return typed["person"]


@contextmanager
def _about(form: str) -> Iterator[None]:
    """Say at the right field of a form what a rule refuses, and of who is not to be found, at the person."""
    try:
        yield
    except RuleRefused as error:
        if error.reason in circle_words.REFUSALS:
            field = FIELDS.get(error.reason, "")
            raise Refused({f"{form}-{field}" if field else "": words.refusal(error.reason)}) from error
        raise
    except NotThere:
        if form == "conflict" or not _is_mine():
            raise
        raise Refused({f"{form}-person": words.refusal("person_gone")}) from None


def _is_mine() -> bool:
    """Whether the case of this request is one that is worked on by who asks; else it is not there."""
    member = staff_guard.signed_in(*staff_guard.WORKING)
    number = (request.view_args or {}).get("number", "")
    return services().circle.is_mine(member, number)
