"""The handlers' doors: their list, a case, what may be done in it, and its files."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import NotThere
from whistle.parties.handler import Handler
from whistle.parties.member import Member
from whistle.parties.views import DeskCase
from whistle.rules.triage import MEMORY
from whistle.web import (
    case_dates,
    circle_page,
    custody_words,
    desk_case,
    desk_list,
    downloads,
    forms,
    held,
    staff_guard,
    work_page,
)
from whistle.web import staff_words as words
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, case_number, refusals, typed_form
from whistle.web.staff_words import gettext
from whistle.web.trouble import Trouble

blueprint = Blueprint("desk", __name__)
staff_guard.protect(blueprint)

#: Which folded part of the page holds a field, so that a refused form comes back open.
FOLDS = {
    "note": "note", "outcome": "close", "feedback": "close", "no_feedback_ground": "close",
    "no_feedback_why": "close", "concerned": "close", "reason": "reopen",
}  # fmt: skip


@blueprint.get("/desk")
def cases() -> str:
    """Show the list of the handler's cases, most urgent first, 50 to a page."""
    member = staff_guard.signed_in(*staff_guard.WORKING)
    handler = services().handler
    served = handler.companies(member)
    asked = _asked(served)
    after = request.args.get("after", "")
    page = handler.cases(member, **asked, after=after)
    filtered = any((asked["number"], asked["company"], asked["state"] != "open"))
    return render_template(
        "desk/cases.html",
        member=member,
        nav=staff_guard.navigation(member),
        heading=desk_list.heading(page, filtered=filtered),
        groups=desk_list.groups(page),
        leaving=services().kept.desk.erased_soon(member),
        days=words.days_away,
        today=page.today,
        asked=asked,
        filtered=filtered,
        companies=[("", gettext("All")), *served],
        states=words.options(words.STATE_FILTERS),
        showing=gettext(
            "Showing %(shown)s of %(total)s.", shown=len(page.rows), total=desk_list.count(page.total)
        ),
        next_url=_address(asked, page.after) if page.after else "",
        first_url=_address(asked, "") if after else "",
    )


def _asked(companies: tuple[tuple[str, str], ...]) -> dict[str, str]:
    company, state = request.args.get("company", ""), request.args.get("state", "open")
    return {
        "number": case_number(request.args.get("number", "")),
        "company": company if company in dict(companies) else "",
        "state": state if state in words.STATE_FILTERS else "open",
    }


def _address(asked: Mapping[str, str], after: str) -> str:
    said = {key: value for key, value in {**asked, "after": after}.items() if value and value != "open"}
    return f"{url_for('desk.cases')}?{urlencode(said)}" if said else url_for("desk.cases")


@blueprint.get("/desk/cases/<number>")
def case(number: str) -> ResponseReturnValue:
    """Show one case: its next duty first, then the dialogue, notes, actions and facts."""
    return _page(staff_guard.signed_in(*staff_guard.WORKING), number)


def _again(trouble: Trouble, number: str) -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    member = staff_guard.signed_in(*staff_guard.WORKING)
    return _page(member, number, typed=typed_form(), refused=Refused.of(trouble))


@blueprint.post("/desk/cases/<number>/acknowledge")
@door(again=_again)
def acknowledge(number: str) -> ResponseReturnValue:
    """Confirm to the reporter, in words, that the report has been received."""
    return _do(
        number,
        "acknowledged",
        "message",
        lambda handler, member, typed: handler.acknowledge(member, number, typed["message"]),
    )


@blueprint.post("/desk/cases/<number>/messages")
@door(again=_again)
def messages(number: str) -> ResponseReturnValue:
    """Write to the reporter; with the box ticked the message is the feedback."""
    if request.form.get("is_feedback") == "yes":
        return _do(
            number,
            "feedback",
            "message",
            lambda handler, member, typed: handler.feedback(member, number, typed["message"]),
        )
    return _do(
        number,
        "message",
        "message",
        lambda handler, member, typed: handler.message(member, number, typed["message"]),
    )


@blueprint.post("/desk/cases/<number>/feedback")
@door(again=_again)
def feedback(number: str) -> ResponseReturnValue:
    """Give the feedback while the case stays open."""
    return _do(
        number,
        "feedback",
        "feedback",
        lambda handler, member, typed: handler.feedback(member, number, typed["feedback"]),
    )


@blueprint.post("/desk/cases/<number>/notes")
@door(again=_again)
def notes(number: str) -> ResponseReturnValue:
    """Add a note that the reporter never sees."""
    return _do(
        number,
        "note",
        "note",
        lambda handler, member, typed: handler.note(
            member, number, typed["note"], typed["kind"] or MEMORY, disclosed=typed["disclosed"] == "yes"
        ),
    )


@blueprint.post("/desk/cases/<number>/close")
@door(again=_again)
def close(number: str) -> ResponseReturnValue:
    """Close the case with what came of it, and with feedback where none was given."""
    return _do(
        number,
        "closed",
        "feedback",
        lambda handler, member, typed: handler.close(
            member,
            number,
            typed["outcome"],
            typed["feedback"],
            typed["no_feedback_ground"],
            typed["no_feedback_why"],
        ),
    )


@blueprint.post("/desk/cases/<number>/reopen")
@door(again=_again)
def reopen(number: str) -> ResponseReturnValue:
    """Reopen the case with a reason; near its last day that only asks a colleague."""
    return _do(
        number,
        "reopen",
        "reason",
        lambda handler, member, typed: handler.reopen(member, number, typed["reason"]),
    )


@blueprint.post("/desk/cases/<number>/reopen/confirm")
@door(again=_again)
def confirm_reopen(number: str) -> ResponseReturnValue:
    """Confirm, as the second handler, that the case is reopened."""
    return _do(number, "reopened", "", lambda handler, member, _typed: handler.confirm_reopen(member, number))


@blueprint.get("/desk/cases/<number>/files/<file_id>")
def file(number: str, file_id: str) -> ResponseReturnValue:
    """Hand a file over as a download, never to be shown by the browser."""
    member = staff_guard.signed_in(*staff_guard.WORKING)
    return downloads.download(lambda: services().handler.file(member, number, file_id))


def show_draft(member: Member, endpoint: str, values: Mapping[str, str], typed: Typed) -> ResponseReturnValue:
    """Show the case with text that was typed before the handler was signed out; nothing has been sent."""
    del endpoint
    return _page(staff_guard.holding(member, *staff_guard.WORKING), values["number"], typed=typed, draft=True)


Act = Callable[[Handler, Member, Typed], object]


def _do(number: str, done: str, field: str, act: Act) -> ResponseReturnValue:
    member, typed = staff_guard.signed_in(*staff_guard.WORKING), typed_form()
    try:
        with refusals(field, "outcome", "no_feedback_ground", "no_feedback_why", "kind", "concerned"):
            act(services().handler, member, typed)
    except Refused as refused:
        return _page(member, number, typed=typed, refused=refused)
    return redirect(url_for("desk.case", number=number, done=done), staff_guard.SEE_OTHER)


def refused_page(
    member: Member,
    number: str,
    form: str,
    typed: Typed,
    refused: Refused | None = None,
    *,
    draft: bool = False,
) -> ResponseReturnValue:
    """Show the case with one of the folded forms open as it was filled; its errors carry the form's name."""
    return _page(member, number, refused=refused, form=form, filled=typed, draft=draft)


def _page(
    member: Member,
    number: str,
    *,
    typed: Typed | None = None,
    refused: Refused | None = None,
    draft: bool = False,
    form: str = "",
    filled: Typed | None = None,
) -> ResponseReturnValue:
    found = services().handler.case(member, number)
    if found.past_day and found.held:
        with suppress(NotThere):  # to an outside investigator it is a case like any other past its day
            return held.show(member, number, typed=typed, refused=refused)
    can = desk_case.permitted(found)
    errors = refused.errors if refused else {}
    page = render_template(
        "desk/case.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=bool(errors),
        errors=errors,
        typed=Typed({**_blank(found, can), **(typed or {})}),
        draft=draft,
        done="" if errors else words.done(request.args.get("done", "")),
        fold_open=form or _fold(typed, errors),
        w=work_page.shown(found, member.name, form, filled or Typed()),
        circle=circle_page.shown(found, member.name, form, filled or Typed()),
        case=found,
        can=can,
        **_shown(found, can, member.name),
    )
    return page, refused.status if refused else 200


def _shown(found: DeskCase, can: desk_case.Permitted, own_name: str) -> dict[str, object]:
    base = url_for("desk.case", number=found.number)
    return {
        "base": base,
        "file_address": lambda file_id: f"{base}/files/{file_id}",
        "text_of": desk_case.text_of,
        "request_states": custody_words.REQUEST_STATES,
        "author": lambda entry: desk_case.author(entry, own_name),
        "state": words.word(words.STATES, found.state),
        "duty": desk_case.duty_box(found, can),
        "why_not": desk_case.why_not(found),
        "blocked": words.refusal("blocked"),
        "erased_in": desk_case.erased_in(found),
        "dates": case_dates.dates(found),
        "about": desk_case.about(found),
        "outcomes": desk_case.outcomes(),
        "handlers": desk_case.people(found.handlers, own_name),
    }


def _blank(found: DeskCase, can: desk_case.Permitted) -> dict[str, str]:
    if can.acknowledge:
        return {"message": desk_case.acknowledgement_text(found)}
    return {"is_feedback": "yes"} if request.args.get("write") == "feedback" else {}


def _fold(typed: Typed | None, errors: Mapping[str, str]) -> str:
    # A refused form opens again where it went wrong; text that came back opens where it was written.
    named = [field for field in (errors or typed or {}) if field in FOLDS]
    return next((FOLDS[field] for field in named if errors or (typed and typed[field])), "")
