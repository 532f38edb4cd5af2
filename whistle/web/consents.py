"""The doors of a disclosure beyond the circle: a handler asks or tells, and notes what was handed over."""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.parties.consents import Disclosure
from whistle.parties.member import Member
from whistle.rules.roles import READS_CONTENT
from whistle.web import custody_words as words
from whistle.web import forms, staff_guard, staff_words
from whistle.web.custody_forms import refused_at
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, typed_form
from whistle.web.trouble import Trouble

blueprint = Blueprint("consents", __name__)
staff_guard.protect(blueprint)

WORKING: Final = tuple(sorted(READS_CONTENT))
FIELDS: Final = ("recipient", "purpose", "what", "endangers_reason", "citation", "basis", "with_identity")


@blueprint.get("/desk/cases/<number>/consents")
def page(number: str) -> ResponseReturnValue:
    """Show the disclosures of a case and the form that asks for one."""
    return _page(staff_guard.signed_in(*WORKING), number)


def _again(trouble: Trouble, number: str, consent_id: str = "") -> ResponseReturnValue:
    del consent_id
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    return _page(staff_guard.signed_in(*WORKING), number, typed_form(), Refused.of(trouble))


@blueprint.post("/desk/cases/<number>/consents")
@door(again=_again)
def ask(number: str) -> ResponseReturnValue:
    """Ask the reporter to agree, or tell them what a law demands."""
    member, typed = staff_guard.signed_in(*WORKING), typed_form()
    later = typed["basis"] == "law" and typed["endangers"] == "yes"
    wanted = Disclosure(
        typed["basis"], typed["recipient"], typed["purpose"], typed["what"], typed["citation"], later,
        typed["endangers_reason"],
    )  # fmt: skip
    try:
        with refused_at("recipient", *FIELDS):
            services().consents.ask(member, number, wanted)
    except Refused as refused:
        return _page(member, number, typed, refused)
    return _done(number, "kept_back" if later else "disclosure")


@blueprint.post("/desk/cases/<number>/consents/<consent_id>/tell")
@door(again=_again)
def tell(number: str, consent_id: str) -> ResponseReturnValue:
    """Tell the reporter now what could not be told before."""
    member = staff_guard.signed_in(*WORKING)
    try:
        with refused_at(""):
            services().consents.tell(member, number, consent_id)
    except Refused as refused:
        return _page(member, number, refused=refused)
    return _done(number, "told")


@blueprint.post("/desk/cases/<number>/consents/<consent_id>/carry-out")
@door(again=_again)
def carry_out(number: str, consent_id: str) -> ResponseReturnValue:
    """Note that it was handed over; from here on the reporter cannot take their consent back."""
    member, typed = staff_guard.signed_in(*WORKING), typed_form()
    try:
        with refused_at(""):
            whole = typed["with_identity"] == "yes"
            services().consents.carry_out(member, number, consent_id, with_identity=whole)
    except Refused as refused:
        return _page(
            member, number, refused=Refused({"": "; ".join(refused.errors.values())}, refused.status)
        )
    return _done(number, "carried_out")


def _done(number: str, done: str) -> ResponseReturnValue:
    return redirect(url_for("consents.page", number=number, done=done), staff_guard.SEE_OTHER)


def _page(
    member: Member, number: str, typed: Typed | None = None, refused: Refused | None = None
) -> ResponseReturnValue:
    found = services().handler.case(member, number)
    done = words.DONE.get(request.args.get("done", ""))
    drawn = render_template(
        "custody/consents.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        typed=typed or Typed(),
        done="" if refused or done is None else str(done),
        case=found,
        states=words.CONSENT_STATES,
        bases=[
            (key, str(label), staff_words.word(words.BASIS_HINTS, key)) for key, label in words.BASES.items()
        ],
        basis_words=words.BASES,
    )
    return drawn, refused.status if refused else 200
