"""What somebody changes of their own account: passphrase, recovery code, passkeys; each after a step-up."""

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from whistle.errors import NotThere, TooMany
from whistle.parties.member import Member, require_fresh
from whistle.web import new_code, passkeys, sessions, staff_guard
from whistle.web import staff_words as words
from whistle.web.forms import door
from whistle.web.services import services
from whistle.web.staff_forms import Refused, Typed, refusals, typed_form
from whistle.web.staff_guard import SEE_OTHER
from whistle.web.staff_pages import too_many
from whistle.web.trouble import Trouble

blueprint = Blueprint("secrets", __name__)
staff_guard.protect(blueprint)

NOT_FOUND: Final = 404


@blueprint.get("/staff/account/passphrase")
def passphrase() -> ResponseReturnValue:
    """Show the page on which a passphrase is changed."""
    return _form("passphrase", _fresh())


@blueprint.post("/staff/account/passphrase")
@door(again=lambda trouble: _form("passphrase", staff_guard.signed_in(), Refused.of(trouble)))
def change() -> ResponseReturnValue:
    """Change the passphrase; every other session of the account is over with it."""
    member, typed = _fresh(), typed_form()
    try:
        with refusals("passphrase_now", "passphrase", "passphrase_again"):
            services().accounts.change_passphrase(
                member, typed["passphrase_now"], typed["passphrase"], typed["passphrase_again"]
            )
    except Refused as refused:
        return _form("passphrase", member, refused)
    except TooMany as error:
        return _form("passphrase", member, too_many(error, "passphrase_now"))
    sessions.sign_in(member)
    return redirect(url_for("staff.account.own", done="passphrase"), SEE_OTHER)


@blueprint.get("/staff/account/recovery-code")
def recovery_code() -> ResponseReturnValue:
    """Show the page on which a new recovery code is asked for."""
    return _form("print_code", _fresh())


@blueprint.post("/staff/account/recovery-code")
@door(again=lambda trouble: _form("print_code", staff_guard.signed_in(), Refused.of(trouble)))
def print_code() -> ResponseReturnValue:
    """Show a new recovery code for the passphrase; or take it typed back and let it count."""
    if "kept" in request.form:
        return _finish(staff_guard.signed_in())
    member, typed = _fresh(), typed_form()
    try:
        with refusals("passphrase_now"):
            pending = services().accounts.print_code(
                member, sessions.token_that_counts(), typed["passphrase_now"]
            )
    except Refused as refused:
        return _form("print_code", member, refused)
    except TooMany as error:
        return _form("print_code", member, too_many(error, "passphrase_now"))
    return new_code.page(pending, to=request.path, member=member, nav=staff_guard.navigation(member))


def _finish(member: Member) -> ResponseReturnValue:
    frame = {"member": member, "nav": staff_guard.navigation(member)}
    try:
        wrong = new_code.finish(sessions.token_that_counts(), to=request.path, **frame)
    except NotThere:
        return render_template("staff/start_again.html", again=request.path, **frame), NOT_FOUND
    if wrong is not None:
        return wrong
    sessions.sign_in(member)
    return redirect(url_for("staff.account.own", done="recovery_code"), SEE_OTHER)


@blueprint.get("/staff/account/passkeys")
def listed() -> ResponseReturnValue:
    """Show a person's passkeys."""
    return _passkeys(staff_guard.signed_in())


@blueprint.get("/staff/account/passkeys/new")
def new_passkey() -> ResponseReturnValue:
    """Show the page on which a passkey is made."""
    return _new_passkey(_fresh(), Typed())


def _new_passkey_again(trouble: Trouble) -> ResponseReturnValue:
    return _new_passkey(_fresh(), typed_form(), Refused.of(trouble))


@blueprint.post("/staff/account/passkeys/new")
@door(again=_new_passkey_again)
def add_passkey() -> ResponseReturnValue:
    """Keep the passkey that the browser made."""
    member, typed = _fresh(), typed_form()
    answer = passkeys.answer(sessions.token_that_counts())
    if answer is None:
        return _new_passkey(member, typed, Refused({"": words.refusal("passkey")}))
    try:
        with refusals("name"):
            services().staff.passkeys.add(member, typed["name"], answer)
    except Refused as refused:
        return _new_passkey(member, typed, refused)
    return redirect(url_for(".listed", done="passkey_added"), SEE_OTHER)


@blueprint.post("/staff/account/passkeys/<passkey>/remove")
@door(again=lambda trouble, passkey: _passkeys(staff_guard.signed_in(), Refused.of(trouble)))  # noqa: ARG005
def remove_passkey(passkey: str) -> ResponseReturnValue:
    """Forget a passkey."""
    services().staff.passkeys.remove(staff_guard.signed_in(), passkey)
    return redirect(url_for(".listed", done="passkey_removed"), SEE_OTHER)


def _fresh() -> Member:
    """Who is signed in, once they showed their second factor again."""
    member = staff_guard.signed_in()
    require_fresh(member)
    return member


def _form(name: str, member: Member, refused: Refused | None = None) -> ResponseReturnValue:
    page = render_template(
        f"staff/{name}.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
    )
    if refused is None:
        return page
    return page, refused.status, {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}


def _passkeys(member: Member, refused: Refused | None = None) -> ResponseReturnValue:
    page = render_template(
        "staff/passkeys.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        done="" if refused else words.done(request.args.get("done", "")),
        passkeys=services().staff.passkeys.of(member),
        usable=passkeys.relying() is not None,
    )
    return page, refused.status if refused else 200


def _new_passkey(member: Member, typed: Typed, refused: Refused | None = None) -> ResponseReturnValue:
    here = passkeys.relying()
    if here is None:
        raise NotThere("passkeys are not made for a bare address")
    page = render_template(
        "staff/new_passkey.html",
        member=member,
        nav=staff_guard.navigation(member),
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        name=typed["name"],
        question=services().staff.passkeys.ask_to_add(member, sessions.token_that_counts(), here),
    )
    return page, refused.status if refused else 200
