"""The door through which a case leaves the house: a form that says to whom and why, then one archive."""

from collections.abc import Iterator
from typing import Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from whistle.errors import RuleRefused
from whistle.parties.export import ExportForm, ExportPage, Prepared
from whistle.parties.member import Member
from whistle.rules.roles import READS_CONTENT
from whistle.web import downloads, forms, handover_words, staff_guard
from whistle.web import staff_words as words
from whistle.web.forms import door
from whistle.web.languages import day as in_words
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, refusals, typed_form
from whistle.web.staff_words import gettext
from whistle.web.trouble import Trouble
from whistle.web.words import lazy_gettext as _l

blueprint = Blueprint("export", __name__)
staff_guard.protect(blueprint)

ROLES: Final = tuple(sorted(READS_CONTENT))
#: Nothing in the name says what it is about or where it is from.
NAME: Final = "download.zip"

KINDS: Final[words.Words] = {
    "authority": _l("An authority"),
    "adviser": _l("An adviser, such as a lawyer"),
    "it_supplier": _l("An IT supplier"),
    "group_company": _l("Another company of the group"),
}

WHO: Final[words.Words] = {"reporter": _l("Reporter"), "handler": _l("Handler"), "channel": _l("The channel")}


def _again(trouble: Trouble, number: str) -> ResponseReturnValue:
    if not staff_guard.is_anybody_here():
        return forms.again_page(trouble)
    return _page(staff_guard.signed_in(*ROLES), number, typed_form(), refused=Refused.of(trouble))


@blueprint.get("/desk/cases/<number>/export")
def form(number: str) -> ResponseReturnValue:
    """Show what has to be said before a case is handed over, and who got it before."""
    return _page(staff_guard.signed_in(*ROLES), number, Typed())


@blueprint.post("/desk/cases/<number>/export")
@door(again=_again)
def export(number: str) -> ResponseReturnValue:
    """Hand the whole case over as one archive."""
    member, typed = staff_guard.signed_in(*ROLES), typed_form()

    def made() -> Iterator[bytes]:
        prepared = _prepared(member, number, typed)
        return prepared.stream(index_page(prepared))

    try:
        return downloads.once(made, NAME)
    except Refused as refused:
        return _page(member, number, typed, refused=refused)


def _prepared(member: Member, number: str, typed: Typed) -> Prepared:
    wanted = ExportForm(
        typed["kind"], typed["recipient"], typed["ground"], typed["outside_eea"] == "yes", typed["safeguard"],
        typed["with_notes"] == "yes", typed["with_identity"] == "yes", typed["consent"],
    )  # fmt: skip
    try:
        with refusals("ground"):
            return services().overview.export.prepare(member, number, wanted)
    except Refused as refused:
        reason = refused.__cause__.reason if isinstance(refused.__cause__, RuleRefused) else ""
        if reason not in handover_words.REFUSALS_AT:
            raise
        field, sentence = handover_words.REFUSALS_AT[reason]
        raise Refused({field: str(sentence)}) from refused


def index_page(prepared: Prepared) -> bytes:
    """The page of the archive that a recipient begins reading at."""
    page = render_template(
        "desk/export_page.html",
        made=prepared,
        who=lambda one: one.author or words.word(WHO, one.who),
        state=words.word(words.STATES, prepared.status.state),
        recipient_kind=words.word(KINDS, prepared.terms.kind),
    )
    return page.encode()


def _page(
    member: Member, number: str, typed: Typed, *, refused: Refused | None = None
) -> ResponseReturnValue:
    found = services().overview.export.page(member, number)
    errors = refused.errors if refused else {}
    page = render_template(
        "desk/export.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=bool(errors),
        errors=errors,
        typed=typed,
        case=found,
        kinds=words.options(KINDS),
        disclosures=_disclosures(found),
        earlier=[(one, words.word(KINDS, one.kind)) for one in found.earlier],
    )
    return page, refused.status if refused else 200


def _disclosures(found: ExportPage) -> list[tuple[str, str]]:
    said = {
        "consent": gettext("Agreed to by the reporter, asked on %(day)s"),
        "law": gettext("Demanded by a law, noted on %(day)s"),
    }
    offered = [
        (one.id, said[one.basis].replace("%(day)s", in_words(one.asked_on, "plain")))
        for one in found.disclosures
    ]
    return [("", gettext("None")), *offered]
