"""A new recovery code is shown once, and counts when it was typed back from the paper."""

from collections.abc import Callable

from flask import render_template
from flask.typing import ResponseReturnValue

from whistle.parties.pending import Pending
from whistle.web.services import services
from whistle.web.staff_forms import Refused, refusals, typed_form
from whistle.web.staff_pages import copied
from whistle.web.staff_words import gettext

Recover = Callable[[], Pending]


def page(
    pending: Pending, *, to: str, refused: Refused | None = None, **frame: object
) -> ResponseReturnValue:
    """Show the code of a renewal that waits; `frame` has what the page's bar shows."""
    shown = render_template(
        "staff/recovery.html",
        wrong=refused is not None,
        errors=refused.errors if refused else {},
        recovery_code=pending.recovery_code,
        pattern=copied(pending.recovery_code),
        # Shown once, but not lost by one typing error: a mistyped copy comes back with the code.
        kept=pending.sealed,
        to=to,
        finish=gettext("It matches: use it from now on"),
        **frame,
    )
    return shown, refused.status if refused else 200


def finish(token: str, *, to: str, **frame: object) -> ResponseReturnValue | None:
    """Let the renewal count; the page again when the copy was wrong, None when it is done.

    Raises `NotThere` when it waited too long, or is another browser's.
    """
    typed, accounts = typed_form(), services().accounts
    try:
        with refusals("recovery_code"):
            accounts.finish(token, typed["kept"], typed["recovery_code"])
    except Refused as refused:
        waits = Pending(accounts.waiting(token, typed["kept"]), typed["kept"])
        return page(waits, to=to, refused=refused, **frame)
    return None
