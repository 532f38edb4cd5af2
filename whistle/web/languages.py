"""Every page speaks the language its reader chose, else the first their browser asks for that we have."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask, g, redirect, request
from flask.globals import request_ctx
from flask_babel import Babel, refresh
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from whistle.rules.tables import Label
from whistle.web.services import services
from whistle.web.sessions import LANGUAGE, cookie_name, set_cookie
from whistle.web.words import catalogue, forget, locale
from whistle.web.words import gettext as _

#: Languages that are complete, under their own names.
LANGUAGES: Final[Mapping[str, str]] = MappingProxyType({"en": "English", "sv": "Svenska"})
#: Browsers say these; the catalogues are named otherwise.
ALIASES: Final[Mapping[str, str]] = MappingProxyType({"no": "nb", "nn": "nb"})

#: How a day is written: with its name, short for tables, and as a plain date.
FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {"long": "EEEE d MMMM y", "short": "EEE d MMMM", "plain": "d MMMM y", "month": "LLLL y"}
)

_KILO: Final = 1024
#: Under this one decimal says something; above it nobody reads it.
_PRECISE: Final = 10
_UNITS: Final = ("kB", "MB", "GB")


def speak(app: Flask) -> None:
    """Give the application its languages, the filters for days and sizes, and the door that switches."""
    Babel(app, locale_selector=_chosen)
    # Flask-Babel's own look the catalogue up anew for every word of a page, which is a tenth of its cost.
    environment: Any = app.jinja_env  # what an extension adds to it has no types
    environment.install_gettext_callables(
        lambda text: catalogue().ugettext(text),
        lambda one, many, count: catalogue().ungettext(one, many, count),
        newstyle=True,
    )
    app.jinja_env.filters.update(day=day, size=size, media_word=media_word, label=label)
    app.jinja_env.globals["language_url"] = _language_url
    app.add_url_rule("/language/<code>", "language", _switch)


def language() -> str:
    """The code of the language this page is in."""
    spoken = locale()
    return str(spoken.language) if spoken else "en"


def others() -> list[tuple[str, str]]:
    """The languages one can change to, as (code, own name)."""
    return [(code, name) for code, name in LANGUAGES.items() if code != language()]


def switch_to(code: str) -> None:
    """Answer in that language from here on; an unknown code changes nothing."""
    if code in LANGUAGES:
        g.language = code
        set_cookie(LANGUAGE, code)
        forget()
        refresh()


def best(wanted: Iterable[str], offered: Iterable[str]) -> str | None:
    """The first language of `wanted` (as browsers write them, best first) that is offered."""
    known = set(offered)
    for one in wanted:
        short = one.replace("_", "-").partition("-")[0].lower()
        if ALIASES.get(short, short) in known:
            return ALIASES.get(short, short)
    return None


def day(value: date, form: str = "long") -> str:
    """A day in the reader's words: `long`, `short` or `plain`; a moment is shown by its day."""
    return str(format_date(value, FORMS[form], locale=locale() or "en"))


def size(count: int) -> str:
    """So many bytes in kB, MB or GB of 1024, with one decimal under ten; never less than 1 kB."""
    amount, unit = max(count / _KILO, 1.0), 0
    while amount >= _KILO and unit < len(_UNITS) - 1:
        amount, unit = amount / _KILO, unit + 1
    shown = round(amount, 1 if amount < _PRECISE else 0)
    return f"{format_decimal(shown, locale=locale() or 'en')} {_UNITS[unit]}"


def media_word(media_type: str) -> str:
    """A plain word for a kind of file."""
    words = {"image": _("picture"), "audio": _("sound"), "video": _("film"), "text": _("text")}
    family, _slash, kind = media_type.lower().partition("/")
    if kind == "pdf" or "document" in kind or kind in {"msword", "rtf"}:
        return _("document")
    return words.get(family, _("file"))


def label(item: Any) -> str:
    """The words that the rules carry for one of their own entries (its `label`, or the label itself)."""
    words: Label = getattr(item, "label", item)
    return str(words.in_language(language()))


def _chosen() -> str:
    chosen = g.get("language") or request.cookies.get(cookie_name(LANGUAGE))
    if chosen in LANGUAGES:
        return str(chosen)
    return best(request.accept_languages.values(), LANGUAGES) or services().site.languages[0]


def _language_url(code: str) -> str:
    return f"/language/{code}?next={request.path}"


def _switch(code: str) -> Response:
    switch_to(code)
    return redirect(_local(request.args.get("next", "/")), 303)


def _local(target: str) -> str:
    """The path to go back to; the first page for anything that is not a page of our own."""
    try:
        parts = urlsplit(target)
        bad = parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//")
        if bad or "\\" in target or not target.isprintable():
            return "/"
        _match(parts.path)
    except (ValueError, HTTPException):
        return "/"
    return parts.path


def _match(path: str) -> None:
    if request_ctx.url_adapter is not None:
        request_ctx.url_adapter.match(path, method="GET")
