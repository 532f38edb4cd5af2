"""Words in the reader's language, as plain text; language and catalogue are looked up once for a request."""

from typing import Any

from flask import g
from flask_babel import LazyString, get_locale, get_translations


def catalogue() -> Any:
    """The words of the reader's language, or outside a request those of the source."""
    try:
        found = g.get("catalogue")
    except RuntimeError:  # no application works here, so nobody chose a language
        return get_translations()
    if found is None:
        found = g.catalogue = get_translations()
    return found


def locale() -> Any:
    """The language of this request, as Babel knows it; None outside a request."""
    try:
        found = g.get("locale")
    except RuntimeError:
        return None
    if found is None:
        found = g.locale = get_locale()
    return found


def forget() -> None:
    """The reader has just changed their language: look both up again."""
    g.pop("catalogue", None)
    g.pop("locale", None)


def gettext(message: str, **values: object) -> str:
    """The message in the reader's language, with its places filled."""
    said: str = catalogue().ugettext(message)
    return said % values if values else said


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """The message for so many things; `%(num)d` is the count."""
    said: str = catalogue().ungettext(one, many, count)
    return said % ({"num": count} | values)


def lazy_gettext(message: str) -> LazyString:
    """A message that is put into words when a page is made, for tables that stand in a module."""
    return LazyString(gettext, message)
