"""Legal's page of what keeps one case: the mailbox's sentence, who opened it held, and why it stands open."""

from collections.abc import Callable, Mapping
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import Gone
from whistle.parties.held_views import KeptPage
from whistle.parties.legal_kept import LegalKept
from whistle.parties.member import Member
from whistle.rules.statutory import grounds_of
from whistle.web import forms, staff_guard
from whistle.web import staff_words as words
from whistle.web.forms import door
from whistle.web.languages import label
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, refusals, typed_form
from whistle.web.trouble import Trouble

blueprint = Blueprint("legal_kept", __name__)
staff_guard.protect(blueprint)

ROLE: Final = "legal"

Act = Callable[[LegalKept, Member, Typed], None]


@blueprint.get("/legal/cases/<number>/kept")
def page(number: str) -> ResponseReturnValue:
    """Show what keeps a case."""
    return _page(staff_guard.signed_in(ROLE), number)


def _again(trouble: Trouble, number: str, **_place: str) -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    return _page(staff_guard.signed_in(ROLE), number, typed=typed_form(), refused=Refused.of(trouble))


@blueprint.post("/legal/cases/<number>/sentence/<hold_id>")
@door(again=_again)
def sentence(number: str, hold_id: str) -> ResponseReturnValue:
    """Withhold from the mailbox that a hold keeps the case, or let it be said again."""
    if request.form.get("shown") == "yes":
        return _do(
            number, "shown",
            lambda legal, member, typed: legal.show_again(member, number, hold_id, typed["reason"]),
        )  # fmt: skip
    return _do(
        number, "withheld",
        lambda legal, member, typed: legal.withhold(member, number, hold_id, typed["reason"]),
    )  # fmt: skip


@blueprint.post("/legal/cases/<number>/grounds")
@door(again=_again)
def record(number: str) -> ResponseReturnValue:
    """Record a ground on which the open case may stand longer."""
    return _do(
        number, "ground",
        lambda legal, member, typed: legal.record(
            member, number, typed["ground"], typed["citation"], typed["review_on"].strip()
        ),
    )  # fmt: skip


@blueprint.post("/legal/cases/<number>/grounds/<ground_id>/review")
@door(again=_again)
def review(number: str, ground_id: str) -> ResponseReturnValue:
    """Note that a ground still stands, and until when."""
    return _do(
        number, "ground_reviewed",
        lambda legal, member, typed: legal.review(
            member, number, ground_id, typed["review_on"].strip(), typed["reason"]
        ),
    )  # fmt: skip


@blueprint.post("/legal/cases/<number>/grounds/<ground_id>/end")
@door(again=_again)
def end(number: str, ground_id: str) -> ResponseReturnValue:
    """End a ground with a reason."""
    return _do(
        number, "ground_ended",
        lambda legal, member, typed: legal.end(member, number, ground_id, typed["reason"]),
    )  # fmt: skip


def _do(number: str, done: str, act: Act) -> ResponseReturnValue:
    member, typed = staff_guard.signed_in(ROLE), typed_form()
    try:
        with refusals("reason", "ground", "citation", "review_on"):
            act(services().kept.legal, member, typed)
    except Refused as refused:
        return _page(member, number, typed=typed, refused=refused)
    return redirect(url_for("legal_kept.page", number=number, done=done), staff_guard.SEE_OTHER)


def show_draft(member: Member, endpoint: str, values: Mapping[str, str], typed: Typed) -> ResponseReturnValue:
    """Show the form again with text that was typed before somebody was signed out; nothing has been done."""
    staff_guard.holding(member, ROLE)
    place = next((value for name, value in values.items() if name != "number"), "")
    return _page(member, values["number"], typed=typed, draft=(endpoint, place))


def _page(
    member: Member,
    number: str,
    *,
    typed: Typed | None = None,
    refused: Refused | None = None,
    draft: tuple[str, str] | None = None,
) -> ResponseReturnValue:
    here = next((value for name, value in (request.view_args or {}).items() if name != "number"), "")
    form, place = (request.endpoint or "", here) if draft is None else draft
    try:
        found = services().kept.legal.page(member, number)
    except Gone:
        return redirect(url_for("legal.certificate", number=number), staff_guard.SEE_OTHER)
    drawn = render_template(
        "legal/kept.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        typed=typed or Typed(),
        form=form,
        place=place,
        draft=draft is not None,
        done="" if refused else words.done(request.args.get("done", "")),
        kept=found,
        ground_words=words.GROUNDS,
        **_open_grounds(found),
    )
    return drawn, refused.status if refused else 200


def _open_grounds(found: KeptPage) -> dict[str, object]:
    offered = [(one.code, label(one)) for one in grounds_of(found.country)]
    return {"open_grounds": offered, "open_ground_words": dict(offered)}
