"""A report is written, read through and sent here; nothing is kept before it is sent, and it is sent once."""

from typing import Final, cast

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from whistle.errors import SealBroken
from whistle.parties.reporter import FormRefused, NewReport, ReportForm
from whistle.parties.views import CompanyChoice, ExcludablePerson
from whistle.web import choices, key_page, languages, problems, sessions, uncleaned
from whistle.web.forms import answer, door, keep_sending, sending
from whistle.web.request import this_request
from whistle.web.services import services
from whistle.web.trouble import Trouble
from whistle.web.upload_words import NOTHING_SENT
from whistle.web.words import gettext as _

blueprint = Blueprint("report", __name__)

#: Text the form carries, as one field each.
TEXTS: Final = (
    "company",
    "category",
    "description",
    "relation",
    "identity_name",
    "identity_contact",
    "meeting",
)
#: More names than a sending may hold are of no use to the reader.
NAMES_SHOWN: Final = 50


def _start() -> NewReport:
    return services().reporter.start()


def _again(trouble: Trouble) -> ResponseReturnValue:
    return _form_page(typed_report(), trouble)


@blueprint.get("/report")
def write() -> ResponseReturnValue:
    """The empty form."""
    return _form_page(typed_report())


@blueprint.post("/report")
@door(again=_again, files=_start)
def take() -> ResponseReturnValue:
    """Read it through, change it, speak another language, or send it: the button says which."""
    form = typed_report()
    if "language" in request.form:
        languages.switch_to(request.form["language"])
        return _form_page(form)
    step = request.form.get("step", "")
    if step == "edit":
        return _form_page(form)
    if step != "check":
        return _send(form)
    found = services().reporter.problems(form)
    return _form_page(form, problems.refused(found)) if found else _check_page(form)


def typed_report() -> ReportForm:
    """The form as it was typed: nothing is corrected, so that nothing is lost when it comes back."""
    typed = request.form
    return ReportForm(
        **{name: typed.get(name, "") for name in TEXTS},
        exclude=tuple(typed.getlist("exclude")),
        no_acknowledgement=bool(typed.get("no_acknowledgement")),
    )


def file_names() -> list[str]:
    """The names of the files that were picked, whether the browser sent the files or their names only."""
    sent = [part.filename for part, _sink in this_request().file_parts]
    return [name for name in (*sent, *request.form.getlist("files")) if name][:NAMES_SHOWN]


def _send(form: ReportForm) -> ResponseReturnValue:
    place = cast("NewReport", sending())
    refused = uncleaned.trouble(place)
    if refused is not None:
        found = services().reporter.problems(form)
        return _form_page(form, problems.refused(found) if found else refused)
    nonce = sessions.sent_before(form) or request.form.get("nonce", "")
    try:
        receipt = services().reporter.submit(place, form, token=sessions.browser_token(), nonce=nonce)
    except FormRefused as wrong:
        return _form_page(form, problems.refused(wrong.problems))
    except SealBroken:
        # The form's number is not one of ours: a new one is drawn, and nothing was stored under the old.
        return _form_page(form, _not_ours(), nonce=services().reporter.new_nonce())
    keep_sending()
    sessions.note_sent(form, nonce)
    return key_page.show(receipt)


def _form_page(form: ReportForm, trouble: Trouble | None = None, nonce: str = "") -> ResponseReturnValue:
    facts = {
        "form": form,
        "file_names": file_names() if request.method == "POST" else [],
        # Never a new number for somebody who has one: the same form sent twice must stay the same form.
        "nonce": nonce or request.form.get("nonce") or services().reporter.new_nonce(),
        "companies": services().reporter.companies(),
        "choices": choices,
        "largest": services().settings.max_upload_bytes,
        "sends_uncleaned": uncleaned.is_decided(),
    }
    if trouble is None:
        return render_template("report.html", trouble=None, **facts)
    return answer(trouble, "report.html", **facts)


def _check_page(form: ReportForm) -> ResponseReturnValue:
    names = file_names()
    offered = services().reporter.companies()
    return make_response(
        render_template(
            "check.html",
            form=form,
            hidden=_hidden(form),
            excluded=_excluded(form, offered),
            hints=services().reporter.hints(form, names),
            file_names=names,
            uncleaned=uncleaned.named(names),
            sends_uncleaned=uncleaned.is_decided(),
            companies=offered,
            choices=choices,
            largest=services().settings.max_upload_bytes,
        )
    )


def _excluded(form: ReportForm, offered: tuple[CompanyChoice, ...]) -> list[ExcludablePerson]:
    """Each function once: somebody may hold the same one in several companies."""
    found = [one for company in offered for one in company.people if one.ref in form.exclude]
    return list({(one.ref, one.role): one for one in found}.values())


def _hidden(form: ReportForm) -> list[tuple[str, str]]:
    """All that the next page must carry so that nothing has to be kept here between the two."""
    carried = [(name, str(getattr(form, name))) for name in TEXTS if getattr(form, name)]
    carried += [("exclude", one) for one in form.exclude]
    if form.no_acknowledgement:
        carried.append(("no_acknowledgement", "yes"))
    return [*carried, ("nonce", request.form.get("nonce") or services().reporter.new_nonce())]


def _not_ours() -> Trouble:
    return Trouble(
        problems.UNPROCESSABLE,
        title=str(NOTHING_SENT),
        text=_(
            "This page had been open for a long time, or in another window. What you wrote is still here. "
            "Look it through and send it again."
        ),
    )
