"""The privacy officer's doors: the list, one request, and every step of answering it."""

from collections.abc import Callable, Mapping
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.parties.member import Member
from whistle.parties.privacy_desk import PrivacyDesk
from whistle.parties.request_decisions import Said
from whistle.parties.request_views import DeskRequest
from whistle.parties.sending import Sending
from whistle.rules.profiles import load_profiles
from whistle.web import downloads, fact_words, forms, privacy_words, sessions, staff_guard
from whistle.web import staff_words as words
from whistle.web.forms import door, sending
from whistle.web.languages import label, language
from whistle.web.request_forms import request_refusals
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, typed_form
from whistle.web.trouble import Trouble

blueprint = Blueprint("privacy_desk", __name__)
staff_guard.protect(blueprint)

ROLE: Final = "privacy_officer"
#: Fields of the forms of a request: a refusal that is about one of them stands at it.
FIELDS: Final = (
    "what", "why", "how", "message", "answer", "right", "category", "verdict", "ground", "reasons",
    "review_on", "extension", "notice", "fee", "recipient", "outcome", "task_reason", "turned_away",
    "company",
)  # fmt: skip


@blueprint.get("/privacy-desk")
def desk() -> ResponseReturnValue:
    """List requests, a child's first, then what falls due first."""
    return _desk(staff_guard.signed_in(ROLE))


@blueprint.get("/privacy-desk/<number>")
def one(number: str) -> ResponseReturnValue:
    """Show a request, as far as it may be opened."""
    return _one(staff_guard.signed_in(ROLE), number)


def _again(trouble: Trouble, number: str = "", **_view_args: str) -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    member, refused = staff_guard.signed_in(ROLE), Refused.of(trouble)
    return _one(member, number, typed_form(), refused) if number else _desk(member, refused)


Step = Callable[[PrivacyDesk, Member, Typed], str | None]
"""What is done; it may say otherwise what became of it."""


def _do(number: str, field: str, done: str, step: Step) -> ResponseReturnValue:
    """One step on a request; a refusal comes back at its field, with what was typed."""
    member, typed = staff_guard.signed_in(ROLE), typed_form()
    try:
        with request_refusals(field, *FIELDS):
            done = step(services().privacy.desk, member, typed) or done
    except Refused as refused:
        return _one(member, number, typed, refused)
    return redirect(url_for("privacy_desk.one", number=number, done=done), staff_guard.SEE_OTHER)


@blueprint.post("/privacy-desk/<number>/identity-questions")
@door(again=_again)
def ask(number: str) -> ResponseReturnValue:
    """Ask what is needed to know the person, and keep why."""
    return _do(number, "what", "asked", lambda at, who, it: at.ask(who, number, it["what"], it["why"]))


@blueprint.post("/privacy-desk/<number>/verification")
@door(again=_again)
def verify(number: str) -> ResponseReturnValue:
    """Note that the person is known, and how."""

    def step(at: PrivacyDesk, who: Member, it: Typed) -> str:
        at.verify(who, number, it["how"])
        return "verified_held" if at.open(who, number).proofs_kept else "verified"

    return _do(number, "how", "verified", step)


@blueprint.post("/privacy-desk/<number>/decisions")
@door(again=_again)
def decide(number: str) -> ResponseReturnValue:
    """Decide one right over one category; a decision may differ from the rules, with reasons."""

    def step(at: PrivacyDesk, who: Member, it: Typed) -> None:
        said = Said(it["right"], it["category"], it["verdict"], it["ground"], it["reasons"], it["review_on"])
        at.decide(who, number, said)

    return _do(number, "reasons", "decided", step)


@blueprint.post("/privacy-desk/<number>/messages")
@door(again=_again)
def write(number: str) -> ResponseReturnValue:
    """Write to the person; that is no answer yet."""
    return _do(number, "message", "written", lambda at, who, it: at.write(who, number, it["message"]))


def _writing(number: str) -> Sending | None:
    member = sessions.signed_in()
    if member is None or not member.has(ROLE):
        return None
    try:
        with request_refusals(""):
            return services().privacy.desk.writing(member, number)
    except Refused:
        return None  # the door says why


@blueprint.post("/privacy-desk/<number>/answers")
@door(again=_again, files=_writing)
def answer(number: str) -> ResponseReturnValue:
    """Answer with words and files; the letter gets all that the law wants in it."""

    def step(at: PrivacyDesk, who: Member, it: Typed) -> None:
        place = sending()
        at.answer(who, number, place if place is not None else at.writing(who, number), it["answer"])

    return _do(number, "answer", "answered", step)


@blueprint.post("/privacy-desk/<number>/excessive")
@door(again=_again)
def excessive(number: str) -> ResponseReturnValue:
    """Decline a request that is manifestly excessive, after a notice."""
    return _do(
        number, "notice", "answered", lambda at, who, it: at.refuse_as_excessive(who, number, it["notice"])
    )


@blueprint.post("/privacy-desk/<number>/extension")
@door(again=_again)
def extend(number: str) -> ResponseReturnValue:
    """Take two further months and tell the person why."""
    return _do(number, "extension", "extended", lambda at, who, it: at.extend(who, number, it["extension"]))


@blueprint.post("/privacy-desk/<number>/notice")
@door(again=_again)
def notice(number: str) -> ResponseReturnValue:
    """Tell the person of a fee, or that the request is held to be excessive."""
    return _do(
        number, "notice", "noticed", lambda at, who, it: at.notice(who, number, it["notice"], it["fee"])
    )


@blueprint.post("/privacy-desk/<number>/tasks")
@door(again=_again)
def task(number: str) -> ResponseReturnValue:
    """Note a recipient who is to be told of the change."""
    return _do(
        number,
        "recipient",
        "task",
        lambda at, who, it: at.open_task(who, number, it["recipient"], it["what"], it["nonce"]),
    )


@blueprint.post("/privacy-desk/<number>/tasks/<task_id>")
@door(again=_again)
def end_task(number: str, task_id: str) -> ResponseReturnValue:
    """Note what came of it."""
    return _do(
        number, "task_reason", "task_done",
        lambda at, who, it: at.end_task(who, number, task_id, it["outcome"], it["task_reason"]),
    )  # fmt: skip


@blueprint.post("/privacy-desk/<number>/close")
@door(again=_again)
def close(number: str) -> ResponseReturnValue:
    """Close what was answered."""
    return _do(number, "", "closed", lambda at, who, _it: at.close(who, number))


@blueprint.post("/privacy-desk/<number>/turn-away")
@door(again=_again)
def turn_away(number: str) -> ResponseReturnValue:
    """Close a request of somebody who could not be known."""
    return _do(
        number, "turned_away", "closed", lambda at, who, it: at.turn_away(who, number, it["turned_away"])
    )


@blueprint.post("/privacy-desk/<number>/forward")
@door(again=_again)
def forward(number: str) -> ResponseReturnValue:
    """Hand a request on to the company that it is for."""
    member, typed = staff_guard.signed_in(ROLE), typed_form()
    try:
        with request_refusals("company"):
            services().privacy.desk.forward(member, number, typed["company"])
    except Refused as refused:
        return _one(member, number, typed, refused)
    return redirect(url_for("privacy_desk.desk", done="forwarded"), staff_guard.SEE_OTHER)


@blueprint.post("/privacy-desk/colleagues")
@door(again=_again)
def let_in() -> ResponseReturnValue:
    """Open to colleagues who came later what they lack."""
    services().privacy.desk.let_in(staff_guard.signed_in(ROLE))
    return redirect(url_for("privacy_desk.desk", done="let_in"), staff_guard.SEE_OTHER)


@blueprint.get("/privacy-desk/<number>/files/<file_id>")
def file(number: str, file_id: str) -> ResponseReturnValue:
    """One file of a request, as a download."""
    member = staff_guard.signed_in(ROLE)
    return downloads.download(lambda: services().privacy.desk.file(member, number, file_id))


def show_draft(member: Member, endpoint: str, values: Mapping[str, str], typed: Typed) -> ResponseReturnValue:
    """Show the form again with text that was typed before somebody was signed out; nothing has been done."""
    del endpoint
    staff_guard.holding(member, ROLE)
    return _one(member, values["number"], typed) if "number" in values else _desk(member)


def _desk(member: Member, refused: Refused | None = None) -> ResponseReturnValue:
    shown = request.args.get("shown", "open")
    page = services().privacy.desk.desk(member, shown=shown, after=request.args.get("after", ""))
    return _page(
        "privacy_desk/list.html",
        member,
        None,
        refused,
        page=page,
        shown=shown,
        filters=words.options(privacy_words.SHOWN),
        days=words.days_away,
        urgency=words.urgency,
    )


def _one(
    member: Member, number: str, typed: Typed | None = None, refused: Refused | None = None
) -> ResponseReturnValue:
    found = services().privacy.desk.open(member, number)
    return _page(
        "privacy_desk/request.html",
        member,
        typed,
        refused,
        case=found,
        facts=found.facts,
        profile=load_profiles().of(found.facts.country),
        companies=_others(found) if found.facts.state == "coded" else [],
        verdicts=words.options(privacy_words.VERDICTS),
        outcomes=words.options(privacy_words.OUTCOMES),
        left=words.days_away((found.facts.due_on - found.facts.today).days),
        file_url=lambda file_id: url_for("privacy_desk.file", number=number, file_id=file_id),
        ground=_ground,
        nonce=services().privacy.requests.new_nonce(),
    )


def _others(found: DeskRequest) -> list[tuple[str, str]]:
    offered = services().privacy.requests.companies()
    return [(one.code, one.name) for one in offered if one.open and one.code != found.facts.company_code]


def _ground(text: Mapping[str, str]) -> str:
    """The rules' own words for why, in the reader's language."""
    return text.get(language()) or next(iter(text.values()), "")


def _page(
    template: str, member: Member, typed: Typed | None, refused: Refused | None, **facts: object
) -> ResponseReturnValue:
    done = privacy_words.DONE.get(request.args.get("done", ""))
    page = render_template(
        template,
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        typed=typed or Typed(),
        done="" if refused or done is None else str(done),
        draft=typed is not None and refused is None,
        words=privacy_words,
        say=fact_words,
        word=words.word,
        label=label,
        **facts,
    )
    return page, refused.status if refused else 200
