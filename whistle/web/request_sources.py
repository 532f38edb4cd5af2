"""The officer's doors to a company's systems: ask them, read and choose, look at the answer, send it."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import NotThere
from whistle.parties.answer_files import shown
from whistle.parties.member import Member
from whistle.parties.request_sources import PAGE, field_of
from whistle.web import downloads, forms, privacy_words, source_words, staff_guard
from whistle.web import staff_words as words
from whistle.web.forms import door
from whistle.web.request_forms import request_refusals
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, typed_form
from whistle.web.trouble import Trouble

blueprint = Blueprint("request_sources", __name__)
staff_guard.protect(blueprint)

ROLE: Final = "privacy_officer"
PLACE: Final = "/privacy-desk/<number>/sources"


def _again(trouble: Trouble, number: str, n: str = "") -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    member, refused = staff_guard.signed_in(ROLE), Refused.of(trouble)
    if request.endpoint == "request_sources.send":
        return _answer(member, number, typed_form(), refused)
    return _lines(member, number, n, refused) if n else _sources(member, number, typed_form(), refused)


@blueprint.get(PLACE)
def sources(number: str) -> ResponseReturnValue:
    """Show the systems of the company, and what came of asking them."""
    return _sources(staff_guard.signed_in(ROLE), number)


@blueprint.post(PLACE)
@door(again=_again)
def fetch(number: str) -> ResponseReturnValue:
    """Ask one system, or all, for the person."""
    member, typed = staff_guard.signed_in(ROLE), typed_form()
    desk = services().privacy.sources
    kinds = desk.page(member, number).kinds
    try:
        with request_refusals("", *map(field_of, kinds)):
            desk.fetch(member, number, typed["source"], {kind: typed[field_of(kind)] for kind in kinds})
    except Refused as refused:
        return _sources(member, number, typed, refused)
    return redirect(url_for("request_sources.sources", number=number, done="asked"), staff_guard.SEE_OTHER)


@blueprint.get(f"{PLACE}/<n>")
def lines(number: str, n: str) -> ResponseReturnValue:
    """Show the lines of one answer, to be read and chosen from."""
    return _lines(staff_guard.signed_in(ROLE), number, n)


@blueprint.get(f"{PLACE}/<n>/files/<place>")
def file(number: str, n: str, place: str) -> ResponseReturnValue:
    """One file of a line, as a download; its place is the line's and the file's number in it."""
    member = staff_guard.signed_in(ROLE)
    at, _dash, k = place.partition("-")
    asked = (_number(n), _number(at), _number(k))
    return downloads.download(lambda: services().privacy.sources.line_file(member, number, *asked))


@blueprint.post(f"{PLACE}/<n>")
@door(again=_again)
def choose(number: str, n: str) -> ResponseReturnValue:
    """Keep which lines go out: those ticked on this page, all, or none."""
    member, typed, desk = staff_guard.signed_in(ROLE), typed_form(), services().privacy.sources
    first, place = _number(typed["first"] or "0"), _number(n)
    try:
        with request_refusals(""):
            if typed["choice"] == "all":
                desk.choose_all(member, number, place)
            elif typed["choice"] == "none":
                desk.choose(member, number, place, ())
            else:
                ticked = [_number(one) for one in request.form.getlist("line")]
                desk.choose(member, number, place, ticked, shown=range(first, first + PAGE))
    except Refused as refused:
        return _lines(member, number, n, refused)
    here = url_for("request_sources.lines", number=number, n=n, first=first, done="chosen")
    return redirect(here, staff_guard.SEE_OTHER)


@blueprint.get(f"{PLACE}/answer")
def answer(number: str) -> ResponseReturnValue:
    """Show the answer as it would go out."""
    return _answer(staff_guard.signed_in(ROLE), number, Typed(kind=request.args.get("kind", "access")))


@blueprint.post(f"{PLACE}/answer")
@door(again=_again)
def send(number: str) -> ResponseReturnValue:
    """Send the answer that was looked at, and no other."""
    member, typed = staff_guard.signed_in(ROLE), typed_form()
    try:
        with request_refusals("answer", "answer"):
            kind, desk = _kind(member, number, typed["kind"]), services().privacy.sources
            desk.send(member, number, kind, typed["answer"], seen=typed["seen"])
    except Refused as refused:
        return _answer(member, number, typed, refused)
    return redirect(url_for("privacy_desk.one", number=number, done="answered"), staff_guard.SEE_OTHER)


def show_draft(member: Member, endpoint: str, values: Mapping[str, str], typed: Typed) -> ResponseReturnValue:
    """Show the letter again that was typed before somebody was signed out; nothing has been sent."""
    staff_guard.holding(member, ROLE)
    if endpoint == "request_sources.send":
        return _answer(member, values["number"], typed)
    return _sources(member, values["number"])


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(2**31)):
        raise NotThere("there is no such page")
    return int(text)


def _sources(
    member: Member, number: str, typed: Typed | None = None, refused: Refused | None = None
) -> ResponseReturnValue:
    found = services().privacy.sources.page(member, number)
    values = {kind: (typed or Typed())[field_of(kind)] or found.identifiers[kind] for kind in found.kinds}
    return _page(
        "sources", member, refused, page=found, facts=found.facts, values=values, field_of=field_of,
        is_plain=lambda result: result in source_words.PLAIN,
    )  # fmt: skip


def _lines(member: Member, number: str, n: str, refused: Refused | None = None) -> ResponseReturnValue:
    first = _number(request.args.get("first", "0"))
    found = services().privacy.sources.lines(member, number, _number(n), first)
    return _page(
        "source_lines", member, refused, page=found, facts=found.facts, n=n, step=PAGE, shown=shown,
    )  # fmt: skip


def _answer(member: Member, number: str, typed: Typed, refused: Refused | None = None) -> ResponseReturnValue:
    kind = _kind(member, number, typed["kind"])
    found = services().privacy.sources.preview(member, number, kind)
    return _page(
        "source_answer", member, refused, page=found, facts=found.facts, typed=typed, shown=shown,
        why=lambda one: one.why.get(found.language, ""),
        reason=str(privacy_words.REFUSALS[found.refused]) if found.refused else "",
        size=sum(one.size for one in found.files),
    )  # fmt: skip


def _kind(member: Member, number: str, named: str) -> str:
    """The kind of answer that is meant: where one alone was asked for it need not be named."""
    asked = services().privacy.sources.page(member, number).rights
    return asked[0] if len(asked) == 1 and named not in asked else named


def _page(template: str, member: Member, refused: Refused | None, **facts: object) -> ResponseReturnValue:
    done = source_words.DONE.get(request.args.get("done", ""))
    page = render_template(
        f"privacy_desk/{template}.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        done="" if refused or done is None else str(done),
        words=privacy_words,
        source_words=source_words,
        word=words.word,
        **facts,
    )
    return page, refused.status if refused else 200
