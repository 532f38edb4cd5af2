"""Somebody's own page, and the page on which colleagues confirm each other's keys by reading them aloud."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.parties.member import Member, require_fresh
from whistle.web import languages, staff_guard
from whistle.web import staff_words as words
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, refusals, typed_form
from whistle.web.words import gettext

blueprint = Blueprint("account", __name__)
staff_guard.protect(blueprint)


@blueprint.get("/staff/account")
def own() -> ResponseReturnValue:
    """Show who is signed in, in which roles, and the fingerprint to read aloud to a colleague."""
    return _own(staff_guard.signed_in())


@blueprint.post("/staff/account/language")
def language() -> ResponseReturnValue:
    """Take the language in which this person wants their mail."""
    member, typed = staff_guard.signed_in(), typed_form()
    try:
        with refusals("mail_language"):
            services().accounts.choose_mail_language(member, typed["mail_language"])
    except Refused as refused:
        return _own(member, refused)
    return redirect(url_for(".own", done="language"), staff_guard.SEE_OTHER)


def _own(member: Member, refused: Refused | None = None) -> ResponseReturnValue:
    page = render_template(
        "staff/account.html",
        member=member,
        nav=staff_guard.navigation(member),
        roles=staff_guard.roles_in_words(member.roles),
        fingerprint=services().staff.fingerprint(member),
        has_desk=staff_guard.home(member) != staff_guard.ACCOUNT,
        pending=len(services().keys.pending(member)),
        done="" if refused else words.done(request.args.get("done", "")),
        has_recovery_key=services().site.has_recovery_key(),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        mail_language=services().accounts.mail_language(member),
        languages=[("", gettext("The site's own")), *languages.LANGUAGES.items()],
    )
    return page, refused.status if refused else 200


@blueprint.get("/staff/keys")
def keys() -> ResponseReturnValue:
    """Show whose keys wait for this person's confirmation; never the fingerprint that is expected.

    The second factor is asked for before anything is typed: a fingerprint never comes back in a page.
    """
    member = staff_guard.signed_in()
    require_fresh(member)
    return _keys(member, Typed())


@blueprint.post("/staff/keys")
def confirm() -> ResponseReturnValue:
    """Confirm a colleague's key by the fingerprint that the colleague read aloud."""
    member, typed = staff_guard.signed_in(), typed_form()
    if not typed["designation"]:
        return _keys(member, typed, Refused({"designation": words.refusal("choice")}))
    try:
        with refusals("fingerprint"):
            counts = services().keys.confirm(member, typed["designation"], typed["fingerprint"])
    except Refused as refused:
        return _keys(member, typed, refused)
    done = "key" if counts else "one_more"
    return redirect(url_for(".keys", done=done), staff_guard.SEE_OTHER)


def _keys(member: Member, typed: Typed, refused: Refused | None = None) -> ResponseReturnValue:
    pending = services().keys.pending(member)
    mine = [key for key in pending if not key.confirmed_by_me]
    page = render_template(
        "staff/keys.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        done="" if refused else words.done(request.args.get("done", "")),
        # With several keys nothing is chosen, so that nobody confirms the wrong one by habit.
        chosen=mine[0].designation if len(mine) == 1 else typed["designation"],
        choices=[
            (key.designation, f"{key.person_name}, {words.word(words.ROLES, key.role)}, {key.company_name}")
            for key in mine
        ],
        waiting=[key for key in pending if key.confirmed_by_me],
        role_words=words.ROLES,
        two=any(key.needed > 1 for key in mine),
    )
    return page, refused.status if refused else 200
