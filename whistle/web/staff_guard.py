"""Nobody passes a staff door unsigned or in another's role, and what they typed waits for their return."""

import json
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import NotThere, WhistleError
from whistle.parties.member import Member
from whistle.parties.passkeys import SIGN_IN
from whistle.rules.incidents import FIELDS as INCIDENT_FIELDS
from whistle.web import passkeys, sessions
from whistle.web.doors import is_before_sign_in, is_staff
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed
from whistle.web.staff_words import ROLES, done, gettext, word

#: What is written in the forms of the work on a case, and which state they were made from.
WORK_FIELDS: Final = (
    "answer", "assigned_to", "by_on", "came_by", "case", "category", "company", "decision", "description",
    "identity_contact", "identity_name", "meeting", "no_acknowledgement", "nonce", "received_on", "relation",
    "done_on", "held_on", "how", "id", "informed_on",
    "kind", "met", "minutes", "no_feedback_ground", "no_feedback_why", "person", "priority", "remark",
    "replaces", "risk", "scope", "seen", "severity", "steps", "what", "who", "why",
)  # fmt: skip
#: Of the forms of who works on a case.
CIRCLE_FIELDS: Final = ("action", "person", "to_on", "reference")
#: Of the forms of a privacy request.
REQUEST_FIELDS: Final = (
    "answer", "extension", "how", "notice", "fee", "reasons", "recipient", "right", "category", "verdict",
    "turned_away", "what", "why",
)  # fmt: skip
#: The only fields that wait in a sign-in page: what somebody wrote, never a secret or a fingerprint.
WAITING_FIELDS: Final = (
    "message",
    "is_feedback",
    "feedback",
    "note",
    "outcome",
    "reason",
    "case_number",
    "numbers",
    "ground",
    "citation",
    "review_on",
    *WORK_FIELDS,
    *CIRCLE_FIELDS,
    *REQUEST_FIELDS,
    *INCIDENT_FIELDS,
    "rights",
)
#: Who asks has to sign in first (RFC 9110 section 15.5.2); a form asks for it, no scheme of HTTP.
UNSIGNED: Final = 401
#: The answer to a form that was done: look at the page it leads to (RFC 9110 section 15.4.4).
SEE_OTHER: Final = 303

#: Where each role begins its work; somebody with several roles begins at the first that fits.
HOMES: Final = {
    "handler": "/desk", "deputy": "/desk", "investigator": "/desk",
    "custodian": "/custody", "legal": "/legal", "administrator": "/admin",
    "auditor": "/ledger", "privacy_officer": "/privacy-desk",
}  # fmt: skip
ACCOUNT: Final = "/staff/account"
#: Where each of the two answers what a leap of the clock would erase; in the bar while it waits for them.
CLOCKS: Final = {"legal": "/legal/clock", "administrator": "/admin/clock"}
#: Where each of the two confirms the holds after a restore, and legal cites them again; while it waits.
RESTORES: Final = {"legal": "/legal/restore", "administrator": "/admin/restore"}
#: The days of the cases one works on, in whichever of these roles.
DUTIES: Final = "/desk/duties"
WORKING: Final = ("handler", "deputy", "investigator")


class SignInNeeded(WhistleError):
    """Nobody is signed in, or the time is over; the sign-in page is the answer."""


def protect(blueprint: Blueprint) -> None:
    """Have a blueprint's doors answer with the sign-in page when nobody is signed in."""
    blueprint.register_error_handler(SignInNeeded, ask_to_sign_in)


def signed_in(*roles: str) -> Member:
    """Return who is signed in, in one of `roles` (any, when none is named).

    Raises SignInNeeded when nobody is, and NotThere for somebody else's door.
    """
    member = sessions.signed_in()
    if member is None:
        raise SignInNeeded("sign in first")
    return holding(member, *roles)


def holding(member: Member, *roles: str) -> Member:
    """Return the member when they hold one of `roles` (any, when none is named); NotThere when not."""
    if roles and not any(member.has(role) for role in roles):
        raise NotThere("no such page")
    return member


def is_anybody_here() -> bool:
    """Say whether somebody is signed in on this browser."""
    return sessions.signed_in() is not None


def roles_in_words(roles: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Return (role, company code) pairs in words; an unknown company keeps its code."""
    companies = {company.code: company.name for company in services().site.companies()}
    return [(word(ROLES, role), companies.get(code, code)) for role, code in roles]


def home(member: Member) -> str:
    """Return the address at which a member's work begins."""
    return next((address for role, address in HOMES.items() if member.has(role)), ACCOUNT)


def navigation(member: Member) -> list[tuple[str, str, bool]]:
    """The bar's links for a member's roles: address, text, whether it is the part of the page shown."""
    words = {
        "/desk": gettext("Cases"),
        "/custody": gettext("Requests"),
        "/legal": gettext("Legal"),
        "/admin": gettext("People"),
        "/ledger": gettext("Ledger"),
        "/privacy-desk": gettext("Privacy requests"),
    }
    homes = dict.fromkeys(address for role, address in HOMES.items() if member.has(role))
    links = [(address, words[address]) for address in homes]
    if any(member.has(role) for role in WORKING):
        links.insert(1, (DUTIES, gettext("Duties")))
    if member.has("auditor"):
        links.append(("/statistics", gettext("Figures")))
    links += [
        (address, gettext("Clock"))
        for role, address in CLOCKS.items()
        if member.has(role) and services().clockwatch.waits(member, role)
    ]
    links += [
        (address, gettext("Restore"))
        for role, address in RESTORES.items()
        if member.has(role) and services().restored.waits(member, role)
    ]
    links.append((ACCOUNT, gettext("Account")))
    return [(address, text, _is_under(address)) for address, text in links]


def _is_under(address: str) -> bool:
    part = "/staff/" if address == ACCOUNT else address
    return request.path.startswith(part) and (address == DUTIES or request.path != DUTIES)


def ask_to_sign_in(error: Exception) -> ResponseReturnValue:
    """Answer a door that nobody may pass unsigned: a page leads to the sign-in, a form waits in it."""
    del error
    if request.method != "POST":
        return redirect(url_for("staff.sign_in", next=request.path), SEE_OTHER)
    typed = {field: request.form[field] for field in WAITING_FIELDS if request.form.get(field)}
    if typed:
        return sign_in_page(waiting=_seal(typed), status=UNSIGNED, timed_out=True)
    # The plain sign-in door lies before every session, so its form is the anonymous browser's.
    sessions.anonymous_form()
    return sign_in_page(status=UNSIGNED, timed_out=True)


def _seal(typed: dict[str, str]) -> str:
    # Under the browser's own token, so that nobody can plant a text in somebody else's page.
    content = json.dumps({"path": request.path, "typed": typed})
    return services().sessions.seal_text(sessions.browser_token(), content)


def waiting_text(sealed: str) -> tuple[str, Typed] | None:
    """The address and the text that waited in a sign-in page; None when nothing did."""
    token = sessions.read_cookie(sessions.BROWSER)
    content = services().sessions.open_text(token, sealed) if token and sealed else None
    if content is None:
        return None
    opened = json.loads(content)
    return opened["path"], Typed(opened["typed"])


def own_address(address: str) -> str:
    """`address` when it is a path to one of our staff doors, else "": nobody is led elsewhere."""
    parts = urlsplit(address)
    is_plain = address == parts.path and address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_plain and is_staff(address) and not is_before_sign_in(address) else ""


def sign_in_page(
    *,
    name: str = "",
    waiting: str = "",
    after: str = "",
    refused: Refused | None = None,
    status: int = 200,
    timed_out: bool = False,
) -> ResponseReturnValue:
    """Draw the sign-in page. The name comes back after a refusal, a passphrase or a code never does."""
    page = render_template(
        "staff/sign_in.html",
        wrong=refused is not None,
        said="" if refused else done(request.args.get("done", "")),
        says=next(iter(refused.errors.values())) if refused else "",
        name=name,
        # A text that waits goes through a door of its own, whose answer already belongs to the new session.
        action=url_for("staff.come_back" if waiting else "staff.sign_in"),
        waiting=waiting,
        after=after,
        timed_out=timed_out,
        question=passkeys.question(sessions.browser_token(), SIGN_IN),
    )
    if refused is None:
        return page, status
    return page, refused.status, {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}
