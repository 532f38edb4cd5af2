"""The key is shown once, and the page holds its reader until they have typed it back or chosen to go."""

from typing import Final

from flask import render_template
from flask.typing import ResponseReturnValue

from whistle.parties.views import Receipt
from whistle.web.services import services

#: Between any two symbols, and at both ends, people may type these; in a class they need a backslash.
_BETWEEN: Final = r"[\s\-\u2010-\u2015]*"
#: Crockford's alphabet reads these as the digit they look like.
_READ_AS: Final = {"0": "0Oo", "1": "1IiLl"}


def show(receipt: Receipt) -> ResponseReturnValue:
    """The page with the key, or, once the key was confirmed, the page that says where the report is."""
    if receipt.case_key is None:
        return render_template("have_it.html", receipt=receipt)
    return render_template(
        "key.html",
        receipt=receipt,
        pattern=pattern(receipt.case_key),
        leave_url=services().settings.leave_url,
    )


def pattern(key: str) -> str:
    """What the browser lets through as the key: any case, spaces and hyphens, O for 0, I and L for 1."""
    symbols = [_either(symbol) for symbol in key if symbol.isalnum()]
    return _BETWEEN + _BETWEEN.join(symbols) + _BETWEEN


def _either(symbol: str) -> str:
    alike = _READ_AS.get(symbol) or "".join(dict.fromkeys(symbol.upper() + symbol.lower()))
    return f"[{alike}]"
