"""Anybody asks for their rights on one form, and gets a key for it as for a report."""

from typing import Final, cast

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from whistle.errors import SealBroken
from whistle.parties.report_form import UNSURE, FormRefused
from whistle.parties.request_form import RequestForm
from whistle.parties.request_views import AnsweringCompany, RequestReceipt
from whistle.parties.requests import NewRequestSending
from whistle.web import choices, key_page, languages, privacy_words, problems, sessions
from whistle.web.choices import Grouped
from whistle.web.forms import answer, door, keep_sending, sending
from whistle.web.report import file_names
from whistle.web.services import services
from whistle.web.trouble import Trouble
from whistle.web.upload_words import NOTHING_SENT
from whistle.web.words import gettext as _

blueprint = Blueprint("privacy_request", __name__)

ADDRESS: Final = "/privacy/request"
TEXTS: Final = ("company", "name", "email", "details")
MANY: Final = ("rights", "categories")


def _start() -> NewRequestSending:
    return services().privacy.requests.start()


def _again(trouble: Trouble) -> ResponseReturnValue:
    return _form_page(typed(), trouble)


@blueprint.get(ADDRESS)
def write() -> ResponseReturnValue:
    """The empty form."""
    return _form_page(typed())


@blueprint.post(ADDRESS)
@door(again=_again, files=_start)
def take() -> ResponseReturnValue:
    """Read it through, change it, speak another language, or send it: the button says which."""
    form = typed()
    if "language" in request.form:
        languages.switch_to(request.form["language"])
        return _form_page(form)
    step = request.form.get("step", "")
    if step == "edit":
        return _form_page(form)
    if step != "check":
        return _send(form)
    found = services().privacy.requests.problems(form)
    return _form_page(form, problems.refused(found)) if found else _check_page(form)


def typed() -> RequestForm:
    """The form as it was typed: nothing is corrected, so that nothing is lost when it comes back."""
    fields = request.form
    return RequestForm(
        **{name: fields.get(name, "") for name in TEXTS},
        rights=tuple(fields.getlist("rights")),
        categories=tuple(fields.getlist("categories")),
    )


def _send(form: RequestForm) -> ResponseReturnValue:
    place = cast("NewRequestSending", sending())
    try:
        receipt = services().privacy.requests.submit(
            place,
            form,
            token=sessions.browser_token(),
            nonce=request.form.get("nonce", ""),
            language=languages.language(),
        )
    except FormRefused as refused:
        return _form_page(form, problems.refused(refused.problems))
    except SealBroken:
        # The form's number is not one of ours: a new one is drawn, and nothing was stored under the old.
        return _form_page(form, _not_ours(), nonce=services().privacy.requests.new_nonce())
    keep_sending()
    return _key_page(receipt, form)


def _key_page(receipt: RequestReceipt, form: RequestForm) -> ResponseReturnValue:
    if receipt.case_key is None:
        return render_template("privacy/have_it.html", receipt=receipt, form=form, words=privacy_words)
    return render_template(
        "privacy/key.html",
        receipt=receipt,
        form=form,
        words=privacy_words,
        pattern=key_page.pattern(receipt.case_key),
        leave_url=services().settings.leave_url,
    )


def companies(offered: tuple[AnsweringCompany, ...]) -> list[Grouped]:
    """The companies in which somebody answers, the parent first; at the end "I do not know"."""
    lines: list[Grouped] = [("", _("Choose"))]
    lines += [(one.code, one.name) for one in offered if one.open]
    return [*lines, (UNSURE, _("I do not know"))]


def company_name(offered: tuple[AnsweringCompany, ...], code: str) -> str:
    """The name of what was chosen."""
    if code == UNSURE:
        return _("I do not know")
    return next((one.name for one in offered if one.code == code), code)


def _facts(form: RequestForm, nonce: str) -> dict[str, object]:
    offered = services().privacy.requests.companies()
    return {
        "form": form,
        "file_names": file_names() if request.method == "POST" else [],
        "nonce": nonce or request.form.get("nonce") or services().privacy.requests.new_nonce(),
        "companies": companies(offered),
        "company": company_name(offered, form.company),
        "unanswered": [one.name for one in offered if not one.open],
        "rights": privacy_words.rights(),
        "categories": privacy_words.categories(),
        "words": privacy_words,
        "choices": choices,
        "largest": services().settings.max_upload_bytes,
        "sends_mail": services().privacy.requests.sends_mail,
    }


def _form_page(form: RequestForm, trouble: Trouble | None = None, nonce: str = "") -> ResponseReturnValue:
    facts = _facts(form, nonce)
    if trouble is None:
        return render_template("privacy/form.html", trouble=None, **facts)
    return answer(trouble, "privacy/form.html", **facts)


def _check_page(form: RequestForm) -> ResponseReturnValue:
    return make_response(render_template("privacy/check.html", hidden=_hidden(form), **_facts(form, "")))


def _hidden(form: RequestForm) -> list[tuple[str, str]]:
    """All that the next page must carry so that nothing has to be kept here between the two."""
    carried = [(name, str(getattr(form, name))) for name in TEXTS if getattr(form, name)]
    carried += [(name, one) for name in MANY for one in getattr(form, name)]
    return [*carried, ("nonce", request.form.get("nonce") or services().privacy.requests.new_nonce())]


def _not_ours() -> Trouble:
    return Trouble(
        problems.UNPROCESSABLE,
        title=str(NOTHING_SENT),
        text=_(
            "This page had been open for a long time, or in another window. What you wrote is still here. "
            "Look it through and send it again."
        ),
    )
